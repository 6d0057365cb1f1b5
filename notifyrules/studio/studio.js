
// ---- The studio: what the engine says, asked over a channel to the window around ----

const waiting = new Map();
let engine = null, asked = 0, later = null;

const panel = el("div", { id: "studio", tabIndex: 0, hidden: true, attributes: { role: "tabpanel", "aria-labelledby": "tab-studio" } });
tablist.append(el("button", {
  type: "button", id: "tab-studio", tabIndex: -1, textContent: "Studio",
  attributes: { role: "tab", "aria-controls": "studio", "aria-selected": "false" },
}));
tablist.after(panel);

const ask = (path, body) => new Promise((settle, fail) => {
  waiting.set(++asked, { settle, fail });
  engine.postMessage({ id: asked, path, body });
});

const facts = () => Object.fromEntries(given);
const shownValue = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** Give the form other facts, those that the chart declares. */
function take(others) {
  given.clear();
  for (const [name, value] of Object.entries(others)) if (declared.has(name)) given.set(name, value);
  for (const { refresh } of rowsOfForm.values()) refresh();
  decideNow();
}

// ---- What stands in the tab ----

const words = el("pre", { className: "facts" }), doubt = el("p", { className: "problem" });
const wanted = el("select", { attributes: { "aria-label": "Another outcome" } });
const search = el("button", { type: "button", textContent: "What would change it?" });
const changes = el("ul", { className: "cases" }), found = el("p", { className: "quiet", attributes: { role: "status" } });
const claim = el("input", { type: "text", placeholder: "what the case claims", attributes: { "aria-label": "Name of the case" } });
const keep = el("button", { type: "submit", textContent: "Keep as a case" });
const kept = el("p", { attributes: { role: "status" } }), ran = el("p"), failed = el("ul", { className: "cases" });
const old = el("div");

wanted.append(option("notify", "any that notifies"), ...Object.keys(whole.outcomes).map((one) => option(one, whole.outcomes[one].label)));
panel.append(
  doubt, el("h2", { textContent: "For another outcome" }), el("div", { className: "asking" }, wanted, search), found, changes,
  el("h2", { textContent: "These facts as a case" }),
  el("form", { className: "asking", onsubmit: (event) => keepNow(event) }, claim, keep), kept,
  el("h2", { textContent: "Cases" }), ran, failed, old,
  el("h2", { textContent: "The engine says" }), words);

const item = (text, more, onclick) => el("li", {}, el("button", { type: "button", onclick }, text, el("div", { className: "quiet", textContent: more })));

async function explainNow() {
  try {
    const told = await ask("/decide", { facts: facts() });
    const same = current && current.outcome === told.outcome && current.reasons.join() === told.reasons.join();
    doubt.textContent = same ? "" : `The engine decides ${told.outcome}, by ${told.reasons.join(" · ")}.`;
    words.textContent = told.explanations[reader];
  } catch (error) {
    [doubt.textContent, words.textContent] = [error.message, ""];
  }
}

search.addEventListener("click", async () => {
  const base = facts();
  search.disabled = true;
  found.textContent = "Looking …";
  changes.replaceChildren();
  try {
    const told = await ask("/why-not", { facts: base, wanted: wanted.value });
    changes.replaceChildren(...told.alternatives.map((one) => {
      const list = Object.entries(one.changes).map(([name, { was, is }]) => `${name}: ${shownValue(was)} → ${shownValue(is)}`);
      const others = Object.fromEntries(Object.entries(one.changes).map(([name, { is }]) => [name, is]));
      return item(list.join(", "), `${one.outcome} · ${one.reason}${one.because ? ` · ${one.because}` : ""}`, () => take({ ...base, ...others }));
    }));
    found.textContent = told.alternatives.length ? "Each would do; choose one to see it." : told.explanation;
  } catch (error) {
    found.textContent = error.message;
  }
  search.disabled = false;
});

async function keepNow(event) {
  event.preventDefault();
  keep.disabled = true;
  kept.classList.remove("problem");
  try {
    kept.textContent = (await ask("/keep", { facts: facts(), name: claim.value })).told.join("\n");
    claim.value = "";
    remember();
  } catch (error) {
    kept.classList.add("problem");
    kept.textContent = error.message;
  }
  keep.disabled = false;
}

/** Tell what the folder holds of this chart. */
function tellFolder(told) {
  search.disabled = !told.solver;
  if (!told.solver) found.textContent = "This needs the solver: pip install 'notifyrules[prove]'";
  ran.textContent = told.cases ?? "There are none yet; keep one.";
  byId("tab-studio").textContent = told.failed ? `Studio (${told.failed})` : "Studio";
  byId("tab-studio").classList.toggle("is-wrong", told.failed > 0);
  failed.replaceChildren(...(told.files?.[0].cases ?? []).map((one) => {
    const said = (one.differences ?? []).map(({ what, expected, actual }) => `${what}: expected ${shownValue(expected)}, now ${shownValue(actual)}`);
    const beside = decided.find(({ name }) => name === one.name);
    return item(one.name, `line ${one.line} · ${said.join("; ")}`, () => beside && choose(beside));
  }));
  old.replaceChildren();
  if (!told.conform) return;
  const list = told.conform.differences.flatMap(({ witnesses }) => witnesses.slice(0, 1)).map((one) =>
    item(`chart: ${one.chart}, old function: ${one.old}`, Object.entries(one.facts).map(([name, value]) => `${name} = ${shownValue(value)}`).join(", "), () => take(one.facts)));
  old.append(el("h2", { textContent: "The old function decides otherwise" }),
    el("p", { textContent: told.conform.stale ? "This was found with other rules; run `notifyrules conform` again." : list.length ? "" : "It does not." }),
    el("ul", { className: "cases" }, ...list));
}

// ---- The channel ----

const remember = () => engine?.postMessage({
  state: { facts: facts(), tab: document.querySelector("[aria-selected=true]").getAttribute("aria-controls"), scale, at: [stage.scrollLeft, stage.scrollTop], claim: claim.value, kept: kept.textContent },
});

document.addEventListener("decided", () => {
  remember();
  clearTimeout(later);
  if (engine) later = setTimeout(explainNow, 120);
});
for (const kind of ["click", "keyup", "scroll", "change"]) document.addEventListener(kind, remember, true);
document.addEventListener("change", (event) => event.target.name === "reader" && explainNow());
for (const one of svg.querySelectorAll("a")) for (const [key, value] of [["target", "_blank"], ["rel", "noreferrer"]]) one.setAttribute(key, value);

addEventListener("message", ({ data, source, ports }) => {
  if (source !== parent || engine || !ports.length) return;
  [engine] = ports;
  engine.onmessage = ({ data: { id, told, error } }) => {
    if (id === undefined) return tellFolder(told);
    const { settle, fail } = waiting.get(id);
    waiting.delete(id);
    return error === undefined ? settle(told) : fail(new Error(error));
  };
  tellFolder(data.told);
  if (!data.state) {
    decideNow();
    return fit();
  }
  take(data.state.facts);
  [claim.value, kept.textContent] = [data.state.claim, data.state.kept];
  show(data.state.tab);
  zoom(data.state.scale);
  stage.scrollTo(...data.state.at);
});
