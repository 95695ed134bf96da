import { render } from "preact";
import { start } from "../list/store.ts";
import "../clothes/tokens.css";
import "./app.css";
import { App } from "./app.tsx";
import { listenToKeys } from "./keys/keys.ts";
import { installWorker } from "./updates.ts";

listenToKeys();
render(<App />, document.body);
void start();
void installWorker();
