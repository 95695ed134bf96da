// What the build makes of JSX (build.mjs).
export { Fragment, h } from "preact";
