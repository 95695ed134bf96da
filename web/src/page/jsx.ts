// The functions into which the build translates JSX (build.mjs).
export { Fragment, h } from "preact";
