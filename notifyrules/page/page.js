// ---- The page: facts as a form, the decision in words, one box ----

const OPENINGS = { true: "You were notified", false: "You were not notified", later: "You were not notified yet" };
const HEADLINES = { true: "Notified", false: "Not notified", later: "Not notified yet", null: "Answered" };
const tabs = [...document.querySelectorAll("[role=tab]")];
let reader = "support", current = null, remarks = [], readNow = null;

function show(panel) {
  for (const tab of tabs) {
    const chosen = tab.getAttribute("aria-controls") === panel;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !chosen;
  }
}

/** Show a panel that has something else in it now, from its beginning. */
function present(panel) {
  show(panel);
  byId(panel).scrollTop = 0;
  if (byId(panel).getBoundingClientRect().top < 0) byId(panel).parentElement.scrollIntoView();
}

function address(key, value) {
  // In a frame of a notebook the page has no address.
  if (location.protocol !== "about:") history.replaceState(null, "", `#${key}=${encodeURIComponent(value)}`);
}

// ---- Facts as a form ----

const given = new Map();

/** The one time zone that the facts name, else UTC. */
function zoneNow() {
  const zones = [...declared].filter(([, fact]) => fact.type.is === "timezone").map(([name, fact]) => given.get(name) ?? fact.default);
  const named = [...new Set(zones.filter((one) => typeof one === "string" && Object.hasOwn(chart.zones, one)))];
  return named.length === 1 ? named[0] : "UTC";
}

function toWall(text) {
  const instant = conform(chart, { is: "instant" }, text);
  return instant === undefined ? "" : new Date(local(instant, zoneOf(chart, zoneNow())) * 1000).toISOString().slice(0, 19);
}

function fromClock(wall) {
  if (!wall) return undefined;
  const second = Date.parse(`${wall}Z`) / 1000;
  return writeInstant(occurrences(zoneOf(chart, zoneNow()), second)[0] * SECOND);
}

function windowsFrom(text) {
  return text.split("\n").filter((line) => line.trim()).map((line) => {
    const [, days, from, until] = /^\s*([a-z -]*?)\s*(\d\d:\d\d)\s*-\s*(\d\d:\d\d)\s*$/.exec(line) ?? [line, line, "", ""];
    const named = days.replace("every day", "mon-sun").split(" ").filter(Boolean).flatMap((one) => {
      const [first, last] = one.split("-").map((day) => WEEKDAYS.indexOf(day));
      // What names no days stays, and is refused.
      if (first < 0 || last < 0) return [one];
      return [...WEEKDAYS, ...WEEKDAYS].slice(first, first + modulo((last ?? first) - first, 7) + 1);
    });
    return { ...(named.length ? { days: named } : {}), from, until };
  });
}

const option = (value, text) => el("option", { value, textContent: text });

/** Make the field of a type: the element, and how a plain value is put in and taken out. */
function field(type) {
  const made = (element, put = (value) => value ?? "", take = (text) => text) =>
    ({ made: element, put: (value) => (element.value = put(value)), take: () => take(element.value) });
  const input = (kind, more = {}) => el("input", { type: kind, ...more }), select = (values) => el("select", {}, ...values.map((one) => option(...one)));
  const lines = (placeholder) => el("textarea", { rows: 2, placeholder });
  // What is no item of the type stays a text, and is refused.
  const itemFrom = {
    int: (text) => (/^-?\d+$/.test(text) ? Number(text) : text), bool: (text) => text === "true" || (text === "false" ? false : text),
  }[type.item?.is] ?? String;
  switch (type.is) {
    case "bool": return made(select([["false", "no"], ["true", "yes"]]), String, (text) => text === "true");
    case "enum": return made(select(type.values.map((one) => [one, one || '""'])));
    case "timezone": return made(select(Object.keys(chart.zones).map((one) => [one, one])));
    case "int": return made(input("number", { step: "1" }), undefined, (text) => (text === "" ? undefined : Number(text)));
    case "date": return made(input("date"));
    case "time": return made(input("time", { step: "1" }));
    case "instant": return made(input("datetime-local", { step: "1" }), toWall, fromClock);
    case "schedule": return made(lines("mon-fri 22:00-07:00"), (value) => conform(chart, type, value).windows.map(writeWindow).join("\n"), windowsFrom);
    case "list": return made(lines("one item a line"), (value) => value.join("\n"), (text) => text.split("\n").filter(Boolean).map(itemFrom));
    default: return made(input("text", type.is === "duration" ? { placeholder: "2h30m" } : {}));
  }
}

const rowsOfForm = new Map();

function row(name, fact) {
  const { made, put, take } = field(fact.type), id = `fact-${name}`, isInstant = fact.type.is === "instant";
  const hasDefault = Object.hasOwn(fact, "default"), unset = hasDefault ? toPlain(fact.type, fact.default) : undefined;
  const named = (text, words, onclick) => button(text, onclick, { attributes: { "aria-label": `${name}: ${words}` } });
  const none = fact.type.null ? el("input", { type: "checkbox" }) : null, state = el("span", { className: "about" });
  made.id = id;
  const set = (value) => {
    if (value === undefined) given.delete(name);
    else given.set(name, value);
    decideNow();
  };
  const reset = (value) => {
    set(value);
    refresh();
  };
  const refresh = () => {
    const value = given.has(name) ? given.get(name) : unset;
    if (none) none.checked = value === null;
    // A receipt may hold what is no value of its type by now.
    if (value === null || value === undefined || conform(chart, fact.type, value) === undefined) made.value = "";
    else put(value);
  };
  const back = named(hasDefault ? "default" : "leave out", hasDefault ? "the default" : "leave it out", () => {
    reset(undefined);
    made.focus();
  });
  const now = isInstant ? named("now", "now", () => reset(`${new Date().toISOString().slice(0, 19)}Z`)) : null;
  made.addEventListener("input", () => {
    if (none) none.checked = false;
    set(take());
  });
  none?.addEventListener("change", () => {
    if (none.checked) reset(null);
    else {
      if (made.selectedIndex === -1) made.selectedIndex = 0;
      set(take());
    }
  });
  const line = el("div", { className: "fact" },
    el("div", {}, el("label", { htmlFor: id }, el("code", { textContent: name })), " ", state),
    el("div", { className: "with" }, made, none && el("label", {}, none, "null"), now), back,
    fact.about ? el("div", { className: "about", textContent: fact.about }) : null);
  /** Tell what the fact is: given, null, at its default, left out; and whether the decision read it. */
  const tellState = () => {
    const is = given.has(name) ? (given.get(name) === null ? "null" : "given") : hasDefault ? "default" : "left out";
    const unread = readNow !== null && !readNow.has(name);
    back.disabled = !given.has(name);
    line.classList.toggle("is-changed", given.has(name));
    line.classList.toggle("is-unread", unread);
    state.textContent = [is, ...(unread ? ["not read"] : []), ...(isInstant ? [zoneNow()] : [])].join(" · ");
  };
  rowsOfForm.set(name, { refresh, tellState });
  return line;
}

// ---- The decision ----

/** Decide by some facts; or say what is wrong with them. */
function attempt(facts, by = chart) {
  try {
    return [decideBy(by, facts), ""];
  } catch (error) {
    if (!(error instanceof FactsError)) throw error;
    return [null, error.message];
  }
}

const withFact = (name, value) => attempt({ ...Object.fromEntries(given), [name]: value })[0];

/** Tell whether valid facts are some that the rules assume. */
function keeps(given) {
  const facts = readFacts(chart, given);
  return chart.assume.every((term) => evaluate(chart, term, (name) => facts.get(name), new Map()));
}

/** Decide by the form, and show it all; what is said beside it holds until a fact is changed. */
function decideNow(said = []) {
  const [decision, problems] = attempt(Object.fromEntries(given)), answer = byId("answer");
  [current, remarks] = [decision, said];
  readNow = decision && new Set([...decision.told_from, ...allRead(decision.steps)]);
  lightWay(decision?.steps ?? null);
  for (const { tellState } of rowsOfForm.values()) tellState();
  const odd = decision && !keeps(Object.fromEntries(given)) ? ["The rules assume that there are no such facts."] : [];
  if (decision) tellAnswer(decision, [...said, ...odd, ...tellBefore(decision)]);
  else answer.replaceChildren(...said.map(quiet), el("p", { className: "problem", textContent: problems }));
  answer.classList.toggle("is-wrong", !decision);
  tellWhy();
  document.dispatchEvent(new Event("decided"));
}

/** Say what the old version decides, where the page has one. */
function tellBefore({ outcome, notify }) {
  const old = layers.changes?.old, facts = [...given].filter(([name]) => Object.hasOwn(old?.charts[0].facts ?? {}, name));
  if (!old) return [];
  const [before, problems] = attempt(Object.fromEntries(facts), old);
  if (!before) return [`The old version does not take these facts: ${problems.split("\n").join(", ")}`];
  if (before.outcome === outcome && before.notify === notify) return ["The old version decides alike."];
  return [`The old version: ${HEADLINES[before.notify].toLowerCase()} · ${before.outcome}, by ${before.reason}`];
}

function tellAnswer(decision, said) {
  byId("answer").className = `is-${decision.notify}`;
  byId("answer").replaceChildren(
    ...said.map(quiet),
    el("strong", { textContent: HEADLINES[decision.notify] }), visible(` · ${whole.outcomes[decision.outcome].label}`),
    el("div", { textContent: decision.because ?? "" }),
    el("div", { className: "quiet" }, el("code", { textContent: decision.reasons.join(" · ") })),
    el("div", { textContent: decision.recheck_at ? `Looked at again at ${onClock(decision.recheck_at)}` : "" }));
}

function tellWhy() {
  const choice = el("fieldset", {}, el("legend", { textContent: "Told to" }), ...["user", "support", "engineer"].map((one) =>
    el("label", {}, el("input", { type: "radio", name: "reader", value: one, checked: one === reader, onchange: () => {
      reader = one;
      tellWhy();
      document.querySelector(`input[value=${one}]`).focus();
    } }), one)));
  const words = () => (reader === "user" ? el("p", { textContent: toUser(current) }) : el("div", {}, tellData(current), tellSteps(current.steps)));
  const panel = byId("told"), isReached = panel.contains(document.activeElement);
  panel.replaceChildren(...(current ? [choice, words(), ...(chart.media ? [tellMedia(...chart.media)] : []), tellTurns()] : [quiet("Nothing is decided by these facts; what is wrong with them stands above.")]));
  // What the keyboard had reached in it is another one now.
  if (isReached) panel.focus({ preventScroll: true });
}

/** Tell what the decision carries, and to an engineer by which rules. */
function tellData({ data }) {
  const rules = reader === "engineer" ? [`rules = ${chart.name} (${chart.path})`, `digest = ${chart.digest}`] : [];
  return el("ul", { className: "plain facts" }, ...[...Object.entries(data).map(([name, value]) => `${name} = ${plainly(value)}`), ...rules]
    .map((textContent) => el("li", { textContent })));
}

const onClock = (at) => `${toWall(at).slice(11, 16)} on ${toWall(at).slice(0, 10)} (${zoneNow()})`;

function toUser(decision) {
  const opening = OPENINGS[decision.notify] ?? `The answer is “${decision.outcome}”`, last = decision.steps.at(-1);
  const told = decision.because ? `${opening}: ${decision.because}` : opening;
  const settled = decision.because ? "" : ` It was settled by the question “${last.ask}”, answered “${last.answer}”.`;
  const again = decision.recheck_at && decision.notify !== true ? ` This is looked at again at ${onClock(decision.recheck_at)}.` : "";
  return `${/[?.!…]$/.test(told) ? told : `${told}.`}${settled}${again}`;
}

const plainly = (value) => (typeof value === "string" && value ? value : JSON.stringify(value));

function tellSteps(steps) {
  return el("ol", { className: "steps" }, ...steps.filter((step) => step.arrow || step.inner).map((step) => {
    const facts = Object.entries(step.facts).map(([name, value]) => `${name} = ${plainly(value)}`);
    const ask = reader === "engineer" ? `${step.file}:${step.line}: ${step.node} → ${step.arrow} → ${step.to}` : `${step.ask} ${step.answer}`;
    return el("li", {},
      el("div", { textContent: ask }), facts.length ? el("div", { className: "facts quiet", textContent: facts.join(", ") }) : null,
      step.because ? quiet(`because ${step.because}`) : null,
      step.inner ? el("div", { textContent: `asked the chart ${step.inner.chart}: ${step.inner.outcome}` }) : null,
      step.inner ? tellSteps(step.inner.steps) : null,
      ...step.tried.map((branch) => el("div", {}, `tried in vain: ${branch.arrow}, which ended in ${branch.outcome}`, tellSteps(branch.steps))));
  }));
}

/** Decide for every medium; facts that differ from one to another are as the form has them. */
function tellMedia(fact, media) {
  const found = media.map((medium) => [medium, withFact(fact, medium)]).filter(([, one]) => one);
  return el("div", {}, el("h2", { textContent: `Every ${fact}` }), el("ul", {}, ...found.map(([medium, one]) =>
    el("li", { textContent: `${medium}: ${HEADLINES[one.notify].toLowerCase()} (${one.reason})` }))));
}

/** The values that each fact is tried with: every one of a few, else some that the cases have. */
const candidates = new Map([...declared].map(([name, { type }]) => {
  const known = { bool: [true, false], enum: type.values }[type.is];
  const seen = new Set(known ? [] : beside.cases.map(({ facts }) => JSON.stringify(facts[name])).filter(Boolean));
  return [name, [...(type.null ? [null] : []), ...(known ?? [...seen].slice(0, 12).map((one) => JSON.parse(one)))]];
}));

/** Find what turns the decision: changes of facts, so many at once at most, each of one that is read then. */
function turnsOf(changed, most) {
  const facts = { ...Object.fromEntries(given), ...changed }, [found] = attempt(facts);
  if (found && found.notify !== current.notify) return keeps(facts) ? [[changed, found]] : [];
  if (!found || most === 0) return [];
  const read = [...new Set([...found.told_from, ...allRead(found.steps)])].filter((name) => name !== chart.media?.[0] && !Object.hasOwn(changed, name));
  return read.flatMap((name) => candidates.get(name).flatMap((value) => turnsOf({ ...changed, [name]: value }, most - 1)));
}

/** List what one fact alone would change about whether somebody is notified; where none would, two at once on demand. */
function tellTurns(most = 1) {
  const list = el("ul", { className: "plain" }), written = (changed) => Object.entries(changed).map(([name, value]) => `${name} = ${plainly(value)}`).sort().join(", ");
  const turns = new Map(turnsOf({}, most).map(([changed, found]) => [written(changed), [changed, found]]));
  list.append(...[...turns].slice(0, 40).map(([words, [changed, found]]) => item(() => setFacts({ ...Object.fromEntries(given), ...changed }, []),
    el("code", { textContent: words }), quiet(`${HEADLINES[found.notify]} · ${found.outcome}, by ${found.reason}`))));
  const made = el("div", {}, el("h2", { textContent: `What ${most === 1 ? "one fact alone" : "two facts together"} would change` }), list);
  if (!turns.size) made.append(el("p", { textContent: "Nothing that was tried." }));
  if (!turns.size && most === 1) made.append(button("Try two facts together", () => {
    made.replaceWith(tellTurns(2));
    byId("told").focus({ preventScroll: true });
  }));
  return made;
}

// ---- One box ----

/** Give what has changed at a box or an arrow. */
const notesOf = (key) => (Object.hasOwn(layers.changes?.marks ?? {}, key) ? layers.changes.marks[key].slice(1) : []);

function openBox(box) {
  const key = box.dataset.key, node = nodeOf(key), notes = notesOf(key);
  const said = box.querySelector("title").textContent.split("\n").slice(1), list = el("ul", { className: "cases" });
  unmark("is-chosen");
  box.classList.add("is-chosen");
  const ways = leaving(key).map((one) => {
    const [ids, ...words] = one.querySelector("title").textContent.split("\n"), to = boxOf(one.dataset.to);
    const told = [`${words[0] ?? ""} → ${to.getAttribute("aria-label")}`, words[1], one.querySelector(".count")?.textContent].filter(Boolean).join(" · ");
    return item(() => goTo(to), told, ...ids.split(", ").flatMap(notesOf).map(quiet), el("div", { className: "quiet" }, el("code", { textContent: ids })));
  });
  const inside = node?.kind === "call" && boxes.find((one) => one.dataset.key.startsWith(`${key}/`));
  const passing = decided.filter((one) => one.passed.has(key) || one.found.outcome === box.dataset.id);
  byId("box").replaceChildren(
    el("h2", { textContent: node?.ask ?? box.getAttribute("aria-label") }),
    ...(node ? [...node.conditions.map((one) => el("pre", { className: "facts", textContent: one })), node.about ? el("p", { textContent: node.about }) : "",
      quiet(`${node.file}:${node.line}: ${key}`)] : said.map((one) => el("p", { textContent: one }))),
    ...notes.map((one) => el("p", { textContent: one })),
    ...(inside ? [button("Open the called chart here", () => goTo(boxOf(inside.dataset.key)))] : []),
    ...(ways.length ? [el("h2", { textContent: "Ways on" }), el("ul", { className: "plain" }, ...ways)] : []),
    el("h2", { textContent: passing.length ? "Cases that pass here" : "No case passes here" }), list);
  listCases(list, passing);
  address("node", key);
  present("box");
}

function goTo(box) {
  openBox(box);
  focusOn(box);
}

// ---- Keys, mouse, links ----

function find(words) {
  const fits = (box) => words && svg.contains(box) && box.querySelector("title").textContent.toLowerCase().includes(words.toLowerCase());
  for (const box of boxes) box.classList.toggle("is-found", Boolean(fits(box)));
  return boxes.filter((box) => box.classList.contains("is-found"));
}

function follow() {
  const [, key, value] = /^#(case|node)=(.*)$/.exec(location.hash) ?? [];
  let name = "";
  try {
    name = decodeURIComponent(value ?? "");
  } catch { return; }
  const one = key === "case" && decided.find((each) => each.name === name), box = key === "node" && boxOf(name);
  if (one) openCase(one);
  if (box) goTo(box);
}

function findLayers() {
  const taken = Object.create(null), drawn = arrows.filter((one) => isThere(one) && idsOf.get(one).length);
  for (const { passed } of decided) for (const id of passed) taken[id] = (taken[id] ?? 0) + 1;
  const missed = drawn.filter((one) => !idsOf.get(one).some((id) => taken[id])).length;
  const words = `${decided.length} ${decided.length === 1 ? "case" : "cases"}. ${missed ? `Dashed: ${missed} arrows that none of them walks.` : "They walk every arrow."}`;
  return { decision: {}, ...(decided.length ? { cases: { taken, total: decided.length, words } } : {}), ...beside.layers };
}

/** List what has changed, in place of a box. */
function tellChanges({ marks, words }) {
  const wayOf = (key) => arrows.find((one) => idsOf.get(one).includes(key));
  const told = Object.entries(marks).map(([key, mark]) => [key, mark, wayOf(key), boxOf(wayOf(key)?.dataset.from ?? key)]);
  const placed = told.filter(([, , , box]) => box && box.dataset.kind !== "refusal").map(([key, [look, ...notes], way, box]) => {
    const where = way ? [" · ", el("code", { textContent: key })] : [], said = notes.length ? notes : [look.slice(3)];
    return item(() => goTo(box), box.getAttribute("aria-label"), ...where, ...said.map(quiet));
  });
  byId("box").replaceChildren(el("h2", { textContent: "What has changed" }), el("p", { textContent: words }), el("ul", { className: "plain" }, ...placed));
  present("box");
}

if (beside.layers.changes) markChanges(beside.layers.changes, "is-gone");
const NAMES = { decision: "this decision", cases: "what cases walk", traffic: "traffic", changes: "what has changed" }, layers = findLayers();
byId("layer").append(...Object.keys(layers).map((one) => option(one, NAMES[one])));
byId("layers").hidden = Object.keys(layers).length === 1;
byId("layer").addEventListener("change", (event) => {
  showLayer(event.target.value);
  lightWay(current?.steps ?? null);
  if (layer === "changes") tellChanges(layers.changes);
});
byId("opening").hidden = pictures.length === 1;
byId("called").addEventListener("change", (event) => openCalled(event.target.checked));
byId("form").append(...[...declared].map(([name, fact]) => row(name, fact)));
byId("form").addEventListener("submit", (event) => event.preventDefault());
for (const { refresh } of rowsOfForm.values()) refresh();
fillCases();
byId("smaller").onclick = () => zoom(scale / 1.25);
byId("larger").onclick = () => zoom(scale * 1.25);
byId("fit").onclick = () => fit(0.1);

function wireTab(tab) {
  tab.addEventListener("click", () => {
    if (tab.getAttribute("aria-controls") === "hand") walkOn(answers);
    else if (!byId("hand").hidden) decideNow(remarks);
    show(tab.getAttribute("aria-controls"));
    byId(tab.getAttribute("aria-controls")).querySelector("[aria-current=true]")?.scrollIntoView({ block: "center" });
  });
  tab.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], next = by && tabs[modulo(tabs.indexOf(tab) + by, tabs.length)];
    next?.click();
    next?.focus();
  });
}
tabs.forEach(wireTab);
let moved = 0;
for (const box of boxes) {
  box.tabIndex = box.dataset.kind === "start" ? 0 : -1;
  box.addEventListener("click", () => moved > 5 || openBox(box));
  box.addEventListener("focus", () => boxes.forEach((one) => (one.tabIndex = one === box ? 0 : -1)));
}
byId("search").addEventListener("input", (event) => find(event.target.value).slice(0, 1).forEach((one) => reveal(one)));
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.target.value = "";
    find("");
  }
  const [box] = event.key === "Enter" ? find(event.target.value) : [];
  if (box) goTo(box);
});
const KEYS = {
  "/": () => byId("search").focus(),
  "+": () => zoom(scale * 1.25),
  "-": () => zoom(scale / 1.25),
  0: () => byId("hand").hidden && fit(0.1),
  Backspace: () => byId("hand").hidden || walkOn(answers.slice(0, -1)),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const box = event.target.closest?.(".nr-box"), next = box && event.key.startsWith("Arrow") ? along(box, event.key) : null;
  const answer = byId("hand").hidden ? null : byId("hand").querySelectorAll(".wide")[Number(event.key) - 1];
  if (next) focusOn(next);
  else if (answer) answer.click();
  else if (box && (event.key === "Enter" || event.key === " ")) openBox(box);
  else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key]();
  else if (!box || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
});
stage.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const here = stage.getBoundingClientRect();
  zoom(scale * Math.exp(-event.deltaY / 300), [event.clientX - here.x, event.clientY - here.y]);
}, { passive: false });
stage.addEventListener("mousedown", () => (moved = 0));
stage.addEventListener("mousemove", (event) => {
  stage.classList.toggle("is-dragged", event.buttons === 1);
  if (event.buttons !== 1) return;
  moved += Math.abs(event.movementX) + Math.abs(event.movementY);
  stage.scrollBy(-event.movementX, -event.movementY);
});
addEventListener("hashchange", follow);
fit();
decideNow();
if (!current && decided.length) choose(decided[0]);
reveal(boxes.find((one) => svg.contains(one)), "auto");
follow();
