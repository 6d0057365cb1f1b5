
// ---- The studio: what the engine says, asked over a channel to the window around ----

const waiting = new Map();
let engine = null, asked = 0, later = null;

const chosen = { role: "tab", "aria-controls": "studio", "aria-selected": "false" };
const tab = el("button", { type: "button", id: "tab-studio", tabIndex: -1, textContent: "Studio", attributes: chosen });
const panel = el("div", { id: "studio", tabIndex: 0, hidden: true, attributes: { role: "tabpanel", "aria-labelledby": "tab-studio" } });
tabs.at(-1).after(tab);
byId("box").after(panel);
tabs.push(tab);
wireTab(tab);

const ask = (path, body) => new Promise((settle, fail) => {
  waiting.set(++asked, { settle, fail });
  engine.postMessage({ id: asked, path, body });
});

// ---- What stands in the tab ----

const status = () => el("p", { className: "quiet", attributes: { role: "status" } });
const words = el("pre", { className: "facts" }), doubt = el("p", { className: "problem" });
const wanted = el("select", { attributes: { "aria-label": "Another outcome" } });
const search = button("What would change it?");
const changes = el("ul", { className: "cases", id: "changes" }), found = status();
const claim = el("input", { type: "text", placeholder: "what the case claims", attributes: { "aria-label": "Name of the case" } });
const keep = el("button", { type: "submit", textContent: "Keep as a case" }), kept = status();
const form = el("form", { className: "asking" }, claim, keep), ran = el("p"), failed = el("ul", { className: "cases", id: "failed" }), old = el("div");

wanted.append(option("notify", "any that notifies"), ...Object.entries(whole.outcomes).map(([name, { label }]) => option(name, label)));
panel.append(
  doubt, el("h2", { textContent: "For another outcome" }), el("div", { className: "asking" }, wanted, search), found, changes,
  el("h2", { textContent: "These facts as a case" }), form, kept,
  el("h2", { textContent: "Cases" }), ran, failed, old,
  el("h2", { textContent: "The engine says" }), words);

const facts = () => Object.fromEntries(given);

/** Give the form other facts, and show where they lead. */
function take(others, said) {
  setFacts(others, said);
  showWay();
}

async function explainNow() {
  try {
    const told = await ask("/decide", { facts: facts() });
    const same = current?.outcome === told.outcome && current.reasons.join() === told.reasons.join();
    doubt.textContent = same ? "" : `The engine decides ${told.outcome}, by ${told.reasons.join(" · ")}.`;
    words.textContent = told.explanations[reader];
  } catch (error) {
    [doubt.textContent, words.textContent] = [error.message, ""];
  }
}

/** Do what takes its time, and say what went wrong. */
async function busy(button, into, work) {
  button.disabled = true;
  into.className = "quiet";
  try {
    into.textContent = await work();
  } catch (error) {
    [into.textContent, into.className] = [error.message, "problem"];
  }
  button.disabled = false;
  remember();
}

search.addEventListener("click", () => busy(search, found, async () => {
  const base = facts();
  changes.replaceChildren();
  found.textContent = "Looking …";
  const told = await ask("/why-not", { facts: base, wanted: wanted.value });
  changes.append(...told.alternatives.map((one) => {
    const list = Object.entries(one.changes).map(([name, { was, is }]) => `${name}: ${plainly(was)} → ${plainly(is)}`).join(", ");
    const others = Object.fromEntries(Object.entries(one.changes).map(([name, { is }]) => [name, is]));
    return item(() => take({ ...base, ...others }, [`Changed: ${list}`]), list, quiet([one.outcome, one.reason, one.because].filter(Boolean).join(" · ")));
  }));
  return told.alternatives.length ? "Each would do; choose one to see it." : told.explanation;
}));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  busy(keep, kept, async () => {
    const { told } = await ask("/keep", { facts: facts(), name: claim.value });
    claim.value = "";
    return told.join("\n");
  });
});

/** Tell what the folder holds of this chart. */
function tellFolder(told) {
  search.disabled = !told.solver;
  if (!told.solver) found.textContent = "This needs the solver: pip install 'notifyrules[prove]'";
  ran.textContent = told.cases ?? "There are none yet; keep one.";
  tab.textContent = told.failed ? `Studio (${told.failed})` : "Studio";
  tab.classList.toggle("is-wrong", told.failed > 0);
  failed.replaceChildren(...(told.files?.[0].cases ?? []).map((one) => {
    const said = (one.differences ?? []).map(({ what, expected, actual }) => `${what}: expected ${plainly(expected)}, now ${plainly(actual)}`);
    const beside = decided.find(({ name }) => name === one.name);
    return item(() => beside && [choose(beside), showWay()], one.name, quiet(`line ${one.line} · ${said.join("; ")}`));
  }));
  old.replaceChildren(...(told.conform ? tellOld(told.conform) : []));
}

function tellOld({ stale, differences }) {
  const list = differences.flatMap(({ witnesses }) => witnesses.slice(0, 1)).map((one) => {
    const said = `chart: ${one.chart}, old function: ${one.old}`;
    return item(() => take(one.facts, [said]), said, quiet(Object.entries(one.facts).map(([name, value]) => `${name} = ${plainly(value)}`).join(", ")));
  });
  const known = stale ? "This was found with other rules; run `notifyrules conform` again." : list.length ? "" : "It decides alike.";
  return [el("h2", { textContent: "The old function" }), el("p", { textContent: known }), el("ul", { className: "cases" }, ...list)];
}

// ---- The channel ----

/** Let the window around keep what the page shows, for when the chart is another one. */
function remember() {
  const shown = tabs.find((one) => one.ariaSelected === "true").getAttribute("aria-controls");
  engine?.postMessage({ state: { facts: facts(), shown, scale, at: [stage.scrollLeft, stage.scrollTop], texts: [claim.value, kept.textContent] } });
}

document.addEventListener("decided", () => {
  remember();
  clearTimeout(later);
  if (engine) later = setTimeout(explainNow, 120);
});
for (const kind of ["click", "keyup", "scroll", "change"]) document.addEventListener(kind, remember, true);
document.addEventListener("change", (event) => event.target.name === "reader" && explainNow());
for (const one of stage.querySelectorAll("a")) for (const [key, value] of [["target", "_blank"], ["rel", "noreferrer"]]) one.setAttribute(key, value);

addEventListener("message", ({ data: { told, state }, source, ports }) => {
  if (source !== parent || engine || !ports.length) return;
  [engine] = ports;
  engine.onmessage = ({ data: { id, told, error } }) => {
    if (id === undefined) return tellFolder(told);
    const { settle, fail } = waiting.get(id);
    waiting.delete(id);
    return error === undefined ? settle(told) : fail(new Error(error));
  };
  tellFolder(told);
  if (state) {
    take(state.facts, []);
    [claim.value, kept.textContent] = state.texts;
    show(state.shown === "hand" ? "facts" : state.shown);
    zoom(state.scale);
    stage.scrollTo(...state.at);
  } else {
    fit();
    decideNow(remarks);
    showWay();
  }
});
