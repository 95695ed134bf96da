import assert from "node:assert/strict";
import { test } from "node:test";
import { ZONES, zoneMeant } from "../src/page/settings/zones.ts";

test("every zone is found by its town alone, as people write it", () => {
    for (const zone of ZONES) {
        const town = zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
        assert.equal(zoneMeant(town), zone);
        assert.equal(zoneMeant(` ${town.toLowerCase()} `), zone);
    }
});

test("a zone has old and new names, accents, dots and a country behind its town", () => {
    assert.equal(zoneMeant("Kyiv"), zoneMeant("Europe/Kiev"));
    assert.equal(zoneMeant("kolkata"), zoneMeant("asia/calcutta"));
    assert.equal(zoneMeant("São Paulo"), "America/Sao_Paulo");
    assert.equal(zoneMeant("St. John’s"), "America/St_Johns");
    assert.equal(zoneMeant("port au prince"), "America/Port-au-Prince");
    assert.equal(zoneMeant("London, England"), "Europe/London");
});

test("what is no zone is not guessed", () => {
    for (const typed of ["", " ", "+05:30", "MEZ", "Lond", "York"]) {
        assert.equal(zoneMeant(typed), undefined, typed);
    }
});
