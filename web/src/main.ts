// Starts the agents' app.
import { mount } from "svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./theme.svelte.ts";
import App from "./App.svelte";
import { listenToKeys } from "./keys.ts";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no element with the id app");

listenToKeys(window);
mount(App, { target });
