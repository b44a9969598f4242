// The page: an element for each state, one after the other, and what they are looked at with.

// First: the element's module must find the world of the gallery.
import { begin } from "./world.js";
import { MESSAGES, PSEUDO } from "./pseudo.js";
import { GROUPS } from "./states.js";
import { Stand } from "./stand.js";

/** @import { ReferralConnect } from "../embed/element.js" */
/** @import { State } from "./states.js" */

const root = document.documentElement;
const address = new URL(location.href);
const form = /** @type {HTMLFormElement} */ (document.querySelector("form"));
const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const outcome = /** @type {HTMLElement} */ (document.querySelector("output"));

/** @type {ReferralConnect[]} all elements so far */
const elements = [];

/** What each control does. @type {Record<string, (value: string) => void>} */
const CONTROLS = {
  theme(value) {
    root.dataset.theme = value;
    for (const element of elements) element.setAttribute("theme", value);
  },
  width: (value) => (root.dataset.width = value),
  dir(value) {
    for (const element of elements) element.dir = value;
  },
  text: (value) => (root.dataset.text = value),
  lang(value) {
    for (const element of elements) {
      element.lang = value;
      element.messages = value === PSEUDO ? MESSAGES : null;
    }
  },
};

const controls = [...form.querySelectorAll("select")];
const set = () => controls.forEach(({ name, value }) => CONTROLS[name](value));

for (const control of controls) {
  const asked = address.searchParams.get(control.name);
  if ([...control.options].some(({ value }) => value === asked)) control.value = `${asked}`;
  control.addEventListener("change", () => {
    address.searchParams.set(control.name, control.value);
    history.replaceState(null, "", address);
    // The links to single states take it along.
    for (const link of document.querySelectorAll("a")) link.href = linkTo(link.dataset.state);
    set();
  });
}
form.addEventListener("submit", (event) => event.preventDefault());

/** @param {string} [state] all of them otherwise */
function linkTo(state) {
  const link = new URL(address);
  if (state) link.searchParams.set("state", state);
  else link.searchParams.delete("state");
  return link.href;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children);
  return element;
}

/** @param {State} state */
function place({ id, name }) {
  const link = make("a", { href: linkTo(id), "data-state": id }, name);
  const box = make("div", { class: "box" });
  return { box, whole: make("article", { id, "aria-labelledby": `${id}-name` }, make("h3", { id: `${id}-name` }, link), box) };
}

async function fill() {
  const asked = address.searchParams.getAll("state");
  const groups = GROUPS.map(([name, states]) =>
    /** @type {const} */ ([name, states.filter(({ id }) => asked.length === 0 || asked.includes(id))]));
  /** @type {({ state: State } & ReturnType<typeof place>)[]} */
  const stands = [];
  for (const [name, states] of groups) {
    if (states.length === 0) continue;
    const places = states.map(place);
    main.append(make("h2", {}, name), make("div", { class: "group" }, ...places.map(({ whole }) => whole)));
    stands.push(...states.map((state, index) => ({ state, ...places[index] })));
  }
  if (asked.length > 0) main.prepend(make("p", {}, make("a", { href: linkTo() }, "All states")));

  const faults = asked.filter((id) => !stands.some(({ state }) => state.id === id)).map((id) => `There is no state ${id}.`);
  const inTurn = [...stands].sort((one, other) => (one.state.turn ?? 0) - (other.state.turn ?? 0));
  for (const { state, box, whole } of inTurn) {
    const stand = new Stand(state);
    elements.push(stand.element);
    set();
    try {
      await stand.reach(box, /** @type {HTMLSelectElement} */ (form.elements.namedItem("lang")).value === "en");
      whole.dataset.reached = "yes";
    } catch (error) {
      whole.dataset.reached = "no";
      const fault = `Not reached: ${state.id}. ${error}`;
      faults.push(fault);
      box.before(make("p", { class: "fault" }, fault));
    }
  }
  // The widgets can be used from here on.
  begin();
  outcome.textContent = faults.length === 0 ? `All ${stands.length} reached.` : faults.join(" ");
  outcome.classList.toggle("fault", faults.length > 0);
  scrollTo(0, 0);
  root.dataset.ready = faults.length === 0 ? "yes" : "no";
}

set();
// By an address of its own: a script that is imported by name runs before the world is there.
await import(new URL("./referral-connect.js", import.meta.url).href).then(fill, (error) => {
  outcome.textContent = `The element cannot be loaded. ${error}`;
  outcome.classList.add("fault");
  root.dataset.ready = "no";
});
