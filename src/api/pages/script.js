"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
        const source = document.getElementById(button.dataset.copy);
        try {
            await navigator.clipboard.writeText(source.textContent.trim());
            button.textContent = "Copied";
        } catch {
            // The page can copy text only over https and only with the browser's permission. If the page cannot copy
            // the text, it selects the text, so that the person can copy the text.
            getSelection().selectAllChildren(source);
            button.textContent = "Selected";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
}

async function showHealth() {
    const shown = document.getElementById("health");
    const started = performance.now();
    let works = false;
    let says = "This page cannot reach the service.";
    try {
        const answer = await fetch(new URL("health", location.href), { cache: "no-store" });
        const health = await answer.json();
        works = answer.ok;
        const took = Math.round(performance.now() - started);
        says = works ? `The service works (version ${health.version}, ${took} ms).` : `The service does not work: ${health.detail}`;
    } catch { /* `says` already has the message. */ }
    shown.classList.add(works ? "works" : "fails");
    shown.textContent = says;
}

showHealth();
