// Writes the pictures of the card for the documents: docs/pictures/card-{light,dark}.png. The todos are always the same,
// and their dates are near today. `just pictures` runs this file. `PICTURES` is the folder for the pictures.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeSmall } from "../page/picture.mjs";
import { serve } from "../page/servers.mjs";

const { PICTURES } = process.env;
const ZONE = "Europe/Berlin";
const WIDTH = 560;
const MARGIN = 24;
const GROUND = { light: "#f4f3f1", dark: "#26262a" };
const TODOS = [
    { title: "Send the tax papers", due: "2 days ago", priority: "urgent", list: "Home" },
    { title: "Put out the bins", due: "today", list: "Home", repeat: { unit: "week" } },
    { title: "Plan the party", due: "today", priority: "high", list: "Family", steps: [{ title: "Guests", done: true }, { title: "Cake", done: true }, "Music"] },
    { title: "Read the contract", due: "today 23:30", list: "Work" },
    { title: "Call mum", due: "today", list: "Family" },
];

const service = await serve("card-pictures");
process.env.BASE_URL = service.url;
const { call, chat, said, stop } = await import("./chat.mjs");
try {
    await call("updateSettings", { time_zone: ZONE });
    await call("addTodos", { todos: TODOS });
    mkdirSync(PICTURES, { recursive: true });
    for (const theme of ["light", "dark"]) {
        const host = await chat({ width: WIDTH, context: { theme, locale: "en-GB", timeZone: ZONE }, colorScheme: theme, deviceScaleFactor: 2 });
        await host.show({ due: "today" });
        await host.tick("Put out the bins");
        await said(host, "Done.");
        await host.page.evaluate(([ground, margin]) => Object.assign(document.body.style, { background: ground, padding: `${margin}px` }), [GROUND[theme], MARGIN]);
        const file = join(PICTURES, `card-${theme}.png`);
        await host.page.screenshot({ path: file, clip: { x: 0, y: 0, width: WIDTH + 2 * MARGIN, height: (await host.height()) + 2 * MARGIN } });
        makeSmall(file);
        await host.button("Undo").click();
        await said(host, "Undone.");
        await host.close();
    }
} finally {
    await stop();
    await service.end();
}
