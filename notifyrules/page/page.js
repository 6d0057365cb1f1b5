// ---- The page: the chart as a picture, facts as a form, cases as a list ----

const byId = (id) => document.getElementById(id);
const chart = JSON.parse(byId("chart").textContent), beside = JSON.parse(byId("beside").textContent);
const whole = chart.charts[0], declared = new Map(Object.entries(whole.facts));
const stage = byId("stage"), svg = stage.querySelector("svg");
const boxes = [...svg.querySelectorAll(".nr-box")], arrows = [...svg.querySelectorAll(".nr-arrow")];
const OPENINGS = { true: "You were notified", false: "You were not notified", later: "You were not notified yet" };
const HEADLINES = { true: "Notified", false: "Not notified", later: "Not notified yet", null: "Answered" };
let reader = "support", current = null;

/** Make an element; texts of the chart are only ever text. */
function el(name, properties = {}, ...children) {
  const { attributes = {}, ...own } = properties, made = Object.assign(document.createElement(name), own);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((one) => one !== null));
  return made;
}

function show(panel) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.getAttribute("aria-controls") === panel;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !chosen;
  }
}

function address(key, value) {
  // In a frame of a notebook the page has no address.
  if (location.protocol !== "about:") history.replaceState(null, "", `#${key}=${encodeURIComponent(value)}`);
}

// ---- The picture ----

const natural = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
let scale = 1;

function zoom(to, at = [stage.clientWidth / 2, stage.clientHeight / 2]) {
  const next = held(to, 0.1, 6), by = next / scale;
  const [left, top] = [(stage.scrollLeft + at[0]) * by - at[0], (stage.scrollTop + at[1]) * by - at[1]];
  scale = next;
  svg.style.width = `${natural.width * scale}px`;
  svg.style.height = `${natural.height * scale}px`;
  stage.scrollTo(left, top);
}

const fit = () => zoom(Math.min(1, (stage.clientWidth - 24) / natural.width));

function reveal(box) {
  const place = box.getBoundingClientRect(), here = stage.getBoundingClientRect();
  stage.scrollBy({
    left: place.x + place.width / 2 - here.x - here.width / 2, top: place.y + place.height / 2 - here.y - here.height / 2,
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
  });
}

/** Mark what a decision passed, that of called charts and of branches tried in vain included. */
function light(steps, prefix = "", kind = "is-lit") {
  for (const step of steps) {
    mark(boxes, "key", prefix + step.node, kind);
    mark(arrows, "arrow", prefix + step.arrow, kind);
    if (!Object.hasOwn(whole.nodes, step.to) && !prefix && kind === "is-lit") {
      const end = arrows.find((one) => (one.dataset.arrow ?? "").split(" ").includes(step.arrow));
      mark(boxes, "key", end ? end.dataset.to : step.to, kind);
    }
    for (const branch of step.tried) {
      mark(arrows, "arrow", prefix + branch.arrow, "is-tried");
      light(branch.steps, prefix, "is-tried");
    }
    if (step.inner) light(step.inner.steps, `${prefix}${step.node}/`, kind);
  }
}

function mark(elements, data, key, kind) {
  for (const one of elements) if ((one.dataset[data] ?? "").split(" ").includes(key)) one.classList.add(kind);
}

const unmark = (...kinds) => [...boxes, ...arrows].forEach((one) => one.classList.remove(...kinds));

/** Draw whole what the picture leaves to other lines that run the same way. */
function drawWays() {
  svg.querySelectorAll(".way").forEach((one) => one.remove());
  for (const arrow of arrows) {
    const way = beside.ways[arrow.dataset.arrow], kind = ["is-lit", "is-tried"].find((one) => arrow.classList.contains(one));
    if (!way || !kind) continue;
    const line = document.createElementNS(svg.namespaceURI, "path");
    for (const [key, value] of Object.entries({ d: way, class: `way ${kind}`, fill: "none", "pointer-events": "none" })) line.setAttribute(key, value);
    boxes[0].before(line);
    const head = arrows.find((one) => one.dataset.to === arrow.dataset.to && one.querySelector("path.nr-head"));
    head?.classList.add(kind === "is-lit" ? "has-lit-head" : "has-tried-head");
  }
  // What is written on them lies on top.
  for (const kind of ["is-tried", "is-lit"]) for (const one of arrows) if (one.classList.contains(kind)) boxes[0].before(one);
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
      const [first, last = first] = one.split("-");
      return WEEKDAYS.slice(WEEKDAYS.indexOf(first), WEEKDAYS.indexOf(last) + 1);
    });
    return { ...(named.length ? { days: named } : {}), from, until };
  });
}

const option = (value, text) => el("option", { value, textContent: text });

/** Make the field of a type: the element, and how a plain value is put in and taken out. */
function field(type) {
  const input = (kind, more = {}) => el("input", { type: kind, ...more });
  const plain = (made) => ({ made, put: (value) => (made.value = value ?? ""), take: () => made.value });
  switch (type.is) {
    case "bool": {
      const made = el("select", {}, option("false", "no"), option("true", "yes"));
      return { made, put: (value) => (made.value = String(value)), take: () => made.value === "true" };
    }
    case "enum": return plain(el("select", {}, ...type.values.map((one) => option(one, one || '""'))));
    case "timezone": return plain(el("select", {}, ...Object.keys(chart.zones).map((one) => option(one, one))));
    case "int": {
      const made = input("number", { step: "1" });
      return { ...plain(made), take: () => (made.value === "" ? undefined : Number(made.value)) };
    }
    case "date": return plain(input("date"));
    case "time": return plain(input("time", { step: "1" }));
    case "instant": {
      const made = input("datetime-local", { step: "1" });
      return { made, put: (value) => (made.value = toWall(value)), take: () => fromClock(made.value) };
    }
    case "schedule": {
      const made = el("textarea", { rows: 2, placeholder: "mon-fri 22:00-07:00" });
      const put = (value) => (made.value = value ? (conform(chart, type, value)?.windows ?? []).map(writeWindow).join("\n") : "");
      return { made, put, take: () => windowsFrom(made.value) };
    }
    case "list": {
      const made = el("textarea", { rows: 2, placeholder: "one item a line" });
      const take = () => made.value.split("\n").filter((one) => one !== "").map((one) =>
        (type.item.is === "int" ? Number(one) : type.item.is === "bool" ? one === "true" : one));
      return { made, put: (value) => (made.value = (value ?? []).join("\n")), take };
    }
    default: return plain(input("text", type.is === "duration" ? { placeholder: "2h30m" } : {}));
  }
}

const rowsOfForm = new Map();

function row(name, fact) {
  const { made, put, take } = field(fact.type), id = `fact-${name}`;
  const hasDefault = Object.hasOwn(fact, "default"), unset = hasDefault ? toPlain(fact.type, fact.default) : undefined;
  const none = fact.type.null ? el("input", { type: "checkbox" }) : null;
  const back = hasDefault ? el("button", { type: "button", textContent: "default", attributes: { "aria-label": `${name}: the default` } }) : null;
  made.id = id;
  const change = () => {
    const value = none?.checked ? null : take();
    if (value === undefined) given.delete(name);
    else given.set(name, value);
    decideNow();
  };
  made.addEventListener("input", () => {
    if (none) none.checked = false;
    change();
  });
  none?.addEventListener("change", change);
  back?.addEventListener("click", () => {
    given.delete(name);
    refresh();
    decideNow();
  });
  const refresh = () => {
    const value = given.has(name) ? given.get(name) : unset;
    if (none) none.checked = value === null;
    if (value === null || value === undefined) made.value = "";
    else put(value);
    if (back) back.disabled = !given.has(name);
  };
  const zone = fact.type.is === "instant" ? el("span", { className: "about zone" }) : null;
  const line = el("div", { className: "fact" },
    el("label", { htmlFor: id }, el("code", { textContent: name })),
    el("div", { className: "with" }, made, none && el("label", {}, none, "null"), zone), back ?? el("span"),
    fact.about ? el("div", { className: "about", textContent: fact.about }) : null);
  rowsOfForm.set(name, { line, refresh, back, zone });
  return line;
}

// ---- The decision ----

function decideNow() {
  let decision = null, problems = "";
  try {
    decision = decideBy(chart, Object.fromEntries(given));
  } catch (error) {
    if (!(error instanceof FactsError)) throw error;
    problems = error.message;
  }
  current = decision;
  unmark("is-lit", "is-tried", "has-lit-head", "has-tried-head");
  svg.classList.toggle("has-path", decision !== null);
  if (decision) {
    light(decision.steps);
    boxes.filter((one) => one.dataset.kind === "start" || !one.dataset.key).forEach((one) => one.classList.add("is-lit"));
    arrows.filter((one) => !one.dataset.arrow).forEach((one) => one.classList.add("is-lit"));
  }
  drawWays();
  const read = decision ? new Set([...decision.told_from, ...allRead(decision.steps)]) : null;
  for (const [name, { line, back, zone }] of rowsOfForm) {
    line.classList.toggle("is-changed", given.has(name));
    line.classList.toggle("is-unread", read !== null && !read.has(name));
    if (back) back.disabled = !given.has(name);
    if (zone) zone.textContent = zoneNow();
  }
  tell(decision, problems);
}

function* allRead(steps) {
  for (const step of steps) {
    yield* Object.keys(step.facts);
    for (const branch of step.tried) yield* allRead(branch.steps);
  }
}

function tell(decision, problems) {
  const answer = byId("answer"), told = byId("told");
  answer.className = decision ? `is-${decision.notify}` : "";
  told.replaceChildren();
  if (!decision) {
    answer.replaceChildren(el("p", { className: "problem", textContent: problems }));
    return;
  }
  const label = whole.outcomes[decision.outcome].label;
  answer.replaceChildren(
    el("strong", { textContent: HEADLINES[decision.notify] }), ` · ${label}`,
    el("div", { textContent: decision.because ?? "" }),
    el("div", { className: "quiet" }, el("code", { textContent: decision.reasons.join(" · ") })),
    el("div", { textContent: decision.recheck_at ? `Looked at again at ${onClock(decision.recheck_at)}` : "" }));
  const choice = el("fieldset", {}, el("legend", { textContent: "Told to" }), ...["user", "support", "engineer"].map((one) =>
    el("label", {}, el("input", { type: "radio", name: "reader", value: one, checked: one === reader, onchange: () => {
      reader = one;
      tell(decision, problems);
      document.querySelector(`input[value=${one}]`).focus();
    } }), one)));
  told.append(choice, reader === "user" ? el("p", { textContent: toUser(decision) }) : tellSteps(decision.steps, decision.facts));
  if (chart.media) told.append(tellMedia(...chart.media));
}

function onClock(at) {
  const zone = zoneNow();
  return `${toWall(at).slice(11, 16)} on ${toWall(at).slice(0, 10)} (${zone})`;
}

function toUser(decision) {
  const opening = OPENINGS[decision.notify] ?? `The answer is “${decision.outcome}”`, last = decision.steps.at(-1);
  const told = decision.because ? `${opening}: ${decision.because}` : opening;
  const settled = decision.because ? "" : ` It was settled by the question “${last.ask}”, answered “${last.answer}”.`;
  const again = decision.recheck_at && decision.notify !== true ? ` This is looked at again at ${onClock(decision.recheck_at)}.` : "";
  return `${/[?.!…]$/.test(told) ? told : `${told}.`}${settled}${again}`;
}

function tellSteps(steps) {
  return el("ol", { className: "steps" }, ...steps.map((step) => {
    const facts = Object.entries(step.facts).map(([name, value]) => `${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`);
    const ask = reader === "engineer" ? `${step.file}:${step.line}: ${step.node} → ${step.arrow} → ${step.to}` : `${step.ask} ${step.answer}`;
    return el("li", {},
      el("div", { textContent: ask }), facts.length ? el("div", { className: "facts quiet", textContent: facts.join(", ") }) : null,
      step.because ? el("div", { className: "quiet", textContent: `because ${step.because}` }) : null,
      step.inner ? el("div", { textContent: `asked the chart ${step.inner.chart}: ${step.inner.outcome}` }) : null,
      step.inner ? tellSteps(step.inner.steps) : null,
      ...step.tried.map((branch) => el("div", {}, `tried in vain: ${branch.arrow}, which ended in ${branch.outcome}`, tellSteps(branch.steps))));
  }));
}

/** Decide for every medium; facts that differ from one to another are as the form has them. */
function tellMedia(fact, media) {
  const list = el("ul");
  for (const medium of media) {
    try {
      const found = decideBy(chart, { ...Object.fromEntries(given), [fact]: medium });
      list.append(el("li", { textContent: `${medium}: ${HEADLINES[found.notify].toLowerCase()} (${found.reason})` }));
    } catch (error) {
      if (!(error instanceof FactsError)) throw error;
    }
  }
  return el("div", {}, el("h2", { textContent: `Every ${fact}` }), list);
}

// ---- Cases ----

const decided = beside.cases.map((one) => {
  const found = decideBy(chart, one.facts);
  return { ...one, found, passed: new Set(everyArrow(found.steps)) };
});

function* everyArrow(steps, prefix = "") {
  for (const step of steps) {
    yield prefix + step.arrow;
    yield prefix + step.node;
    for (const branch of step.tried) {
      yield prefix + branch.arrow;
      yield* everyArrow(branch.steps, prefix);
    }
    if (step.inner) yield* everyArrow(step.inner.steps, `${prefix}${step.node}/`);
  }
}

function choose(one) {
  given.clear();
  for (const [name, value] of Object.entries(one.facts)) given.set(name, value);
  for (const { refresh } of rowsOfForm.values()) refresh();
  decideNow();
  for (const button of document.querySelectorAll(".cases button")) button.setAttribute("aria-current", button.dataset.name === one.name);
  address("case", one.name);
  const last = boxes.filter((box) => box.classList.contains("is-lit"));
  if (last.length) reveal(last[Math.floor(last.length / 2)]);
}

function listCases(into, cases) {
  into.replaceChildren(...cases.map((one) => el("li", {}, el("button", {
    type: "button", onclick: () => {
      choose(one);
      show("told");
    }, attributes: { "data-name": one.name },
  }, one.name, el("div", { className: one.fits(one) ? "quiet" : "is-wrong", textContent: `${one.found.outcome} · ${one.found.reason}` })))));
}

for (const one of decided) one.fits = ({ found, outcomes }) => outcomes.includes(found.outcome);

function fillCases() {
  const filter = el("input", { type: "search", placeholder: "Filter the cases", attributes: { "aria-label": "Filter the cases" } });
  const list = el("ul", { className: "cases" }), count = el("p", { className: "quiet", attributes: { "aria-live": "polite" } });
  const refresh = () => {
    const words = filter.value.toLowerCase();
    const kept = decided.filter((one) => `${one.name} ${one.found.outcome} ${one.found.reason}`.toLowerCase().includes(words));
    count.textContent = `${kept.length} of ${decided.length} cases`;
    listCases(list, kept);
  };
  filter.addEventListener("input", refresh);
  byId("cases").append(filter, count, list);
  refresh();
}

// ---- One box ----

function openBox(box) {
  const key = box.dataset.key, about = beside.nodes[key], node = whole.nodes[key];
  unmark("is-chosen");
  box.classList.add("is-chosen");
  const lines = box.querySelector("title").textContent.split("\n"), list = el("ul", { className: "cases" });
  const ways = arrows.filter((one) => one.dataset.from === key).map((one) => one.querySelector("title").textContent.split("\n"));
  byId("box").replaceChildren(
    el("h2", { textContent: node ? node.ask : box.dataset.question ?? key ?? "" }),
    ...(about ? [...about.conditions.map((one) => el("pre", { className: "facts", textContent: one })),
      el("p", { textContent: about.about ?? "" }), el("p", { className: "quiet", textContent: `${node.file}:${node.line}: ${key}` })]
      : lines.slice(1).map((one) => el("p", { textContent: one }))),
    el("h2", { textContent: "Ways on" }),
    el("ul", {}, ...ways.map(([ids, ...words]) => el("li", {}, words.join(" · "), " ", el("code", { className: "quiet", textContent: ids })))),
    el("h2", { textContent: "Cases that pass here" }), list);
  listCases(list, decided.filter((one) => one.passed.has(key) || one.found.outcome === box.dataset.id));
  address("node", key);
  show("box");
}

// ---- Keys, mouse, links ----

function find(words) {
  const found = words ? boxes.filter((box) => box.querySelector("title").textContent.toLowerCase().includes(words.toLowerCase())) : [];
  boxes.forEach((box) => box.classList.toggle("is-found", found.includes(box)));
  return found;
}

function follow() {
  const [, key, value] = /^#(case|node)=(.*)$/.exec(location.hash) ?? [];
  let name = "";
  try {
    name = decodeURIComponent(value ?? "");
  } catch { return; }
  const one = key === "case" && decided.find((each) => each.name === name), box = key === "node" && boxes.find((each) => each.dataset.key === name);
  if (one) choose(one);
  if (box) {
    openBox(box);
    reveal(box);
  }
}

byId("form").append(...[...declared].map(([name, fact]) => row(name, fact)));
byId("form").addEventListener("submit", (event) => event.preventDefault());
for (const { refresh } of rowsOfForm.values()) refresh();
fillCases();
byId("covering").hidden = !decided.length;
const walked = new Set(decided.flatMap((one) => [...one.passed]));
for (const arrow of arrows) {
  const ids = (arrow.dataset.arrow ?? "").split(" ").filter(Boolean);
  arrow.classList.toggle("is-missed", ids.length > 0 && !ids.some((id) => walked.has(id)));
}
byId("coverage").addEventListener("change", (event) => svg.classList.toggle("shows-coverage", event.target.checked));
byId("smaller").addEventListener("click", () => zoom(scale / 1.25));
byId("larger").addEventListener("click", () => zoom(scale * 1.25));
byId("fit").addEventListener("click", fit);
for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => show(tab.getAttribute("aria-controls")));
  tab.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], tabs = [...document.querySelectorAll("[role=tab]")];
    if (!by) return;
    const next = tabs[modulo(tabs.indexOf(tab) + by, tabs.length)];
    next.click();
    next.focus();
  });
}
boxes.forEach((box) => box.addEventListener("click", () => openBox(box)));
byId("search").addEventListener("input", (event) => find(event.target.value).slice(0, 1).forEach(reveal));
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.target.value = "";
    find("");
  }
  const [box] = event.key === "Enter" ? find(event.target.value) : [];
  if (!box) return;
  openBox(box);
  reveal(box);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const box = event.target.closest?.(".nr-box");
  if (box && (event.key === "Enter" || event.key === " ")) openBox(box);
  else if (event.key === "/") byId("search").focus();
  else if (event.key === "+" || event.key === "-") zoom(event.key === "+" ? scale * 1.25 : scale / 1.25);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
});
stage.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const here = stage.getBoundingClientRect();
  zoom(scale * Math.exp(-event.deltaY / 300), [event.clientX - here.x, event.clientY - here.y]);
}, { passive: false });
stage.addEventListener("mousemove", (event) => {
  stage.classList.toggle("is-dragged", event.buttons === 1);
  if (event.buttons === 1) stage.scrollBy(-event.movementX, -event.movementY);
});
addEventListener("hashchange", follow);
fit();
decideNow();
follow();
