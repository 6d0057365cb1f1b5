// ---- The picture: looked at larger, walked along, and what is shown on it ----

const byId = (id) => document.getElementById(id);
const chart = JSON.parse(byId("chart").textContent), beside = JSON.parse(byId("beside").textContent);
const whole = chart.charts[0], declared = new Map(Object.entries(whole.facts));
const stage = byId("stage"), pictures = [...stage.querySelectorAll("svg")];
const boxes = [...stage.querySelectorAll(".nr-box")], arrows = [...stage.querySelectorAll(".nr-arrow")];
const idsOf = new Map(arrows.map((one) => [one, (one.dataset.arrow ?? "").split(" ").filter(Boolean)]));
let svg = pictures.find((one) => !one.hasAttribute("hidden")), scale = 1, layer = "decision";

/** Show what would turn round or hide what stands beside it, as pictures and the engine's words do. */
const visible = (text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) =>
  ("\n\t\u200c\u200d".includes(one) ? one : `<U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`));

/** Make an element; texts of the chart are only ever text. */
function el(name, { attributes = {}, textContent = "", ...own } = {}, ...children) {
  const made = Object.assign(document.createElement(name), own);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...[textContent, ...children].filter(Boolean).map((one) => (typeof one === "string" ? visible(one) : one)));
  return made;
}

const quiet = (textContent) => el("div", { className: "quiet", textContent });
const button = (textContent, onclick, more = {}) => el("button", { type: "button", textContent, onclick, ...more });
/** Make a list, in which each item is one button. */
const item = (onclick, ...children) => el("li", {}, el("button", { type: "button", className: "wide", onclick }, ...children));

function draw(name, attributes, text = "") {
  const made = document.createElementNS(svg.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

// ---- Larger and smaller ----

function zoom(to, at = [stage.clientWidth / 2, stage.clientHeight / 2]) {
  const next = held(to, 0.1, 6), by = next / scale, { width, height } = svg.viewBox.baseVal;
  const [left, top] = [(stage.scrollLeft + at[0]) * by - at[0], (stage.scrollTop + at[1]) * by - at[1]];
  scale = next;
  Object.assign(svg.style, { width: `${width * scale}px`, height: `${height * scale}px` });
  stage.scrollTo(left, top);
}

/** Show the whole width; on a narrow window letters stay readable at first, and the chart is moved. */
const fit = (least = innerWidth > 800 ? 0.1 : 0.6) => zoom(Math.min(1, Math.max(least, (stage.clientWidth - 24) / svg.viewBox.baseVal.width)));

function reveal(one, behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth") {
  const place = one.getBoundingClientRect(), here = stage.getBoundingClientRect();
  const [left, top] = [place.x + place.width / 2 - here.x - here.width / 2, place.y + place.height / 2 - here.y - here.height / 2];
  stage.scrollBy({ left, top, behavior });
}

// ---- Boxes, and the way from one to the next ----

/** Show the picture in which called charts are opened, or the one in which each is a box. */
function openCalled(open) {
  svg = pictures[open ? 1 : 0];
  for (const one of pictures) one.toggleAttribute("hidden", one !== svg);
  byId("called").checked = open;
  fit();
}

/** Find a box, in the other picture if it is only there. */
function boxOf(key) {
  const found = boxes.filter((one) => one.dataset.key === key), box = found.find((one) => svg.contains(one)) ?? found[0];
  if (box && !svg.contains(box)) openCalled(pictures.indexOf(box.ownerSVGElement) === 1);
  return box;
}

/** Give the node of a box, which may stand in a called chart. */
function nodeOf(key) {
  const path = key.split("/"), graph = path.slice(0, -1).reduce((one, name) => chart.charts[one?.nodes[name]?.chart], whole);
  return graph && Object.hasOwn(graph.nodes, path.at(-1)) ? graph.nodes[path.at(-1)] : null;
}

const isThere = (one) => svg.contains(one) && (layer === "changes" || !one.classList.contains("is-gone"));
const leaving = (key) => arrows.filter((one) => isThere(one) && one.dataset.from === key);
const cameFrom = new Map();

/** Go from a box along its arrows: on by the lit one or to another question, back, or to what stands beside it there. */
function along(box, key) {
  const own = box.dataset.key, back = arrows.filter((one) => isThere(one) && one.dataset.to === own).map((one) => one.dataset.from);
  const from = back.includes(cameFrom.get(own)) ? cameFrom.get(own) : back[0];
  if (key === "ArrowUp") return from && boxOf(from);
  if (key === "ArrowDown") {
    const ways = leaving(own), on = ways.find((one) => one.classList.contains("is-lit")) ?? ways.find((one) => nodeOf(one.dataset.to)) ?? ways[0];
    if (on) cameFrom.set(on.dataset.to, own);
    return on && boxOf(on.dataset.to);
  }
  const left = (one) => one.getBoundingClientRect().left;
  const near = [...new Set(leaving(from).map((one) => boxOf(one.dataset.to)))].sort((one, other) => left(one) - left(other));
  const next = near[near.indexOf(box) + (key === "ArrowRight" ? 1 : -1)];
  if (next) cameFrom.set(next.dataset.key, from);
  return next;
}

function focusOn(box) {
  box.focus({ preventScroll: true });
  reveal(box);
}

// ---- What a decision passed ----

function mark(elements, fits, kind) {
  for (const one of elements) if (fits(one)) one.classList.add(kind);
}

const unmark = (...kinds) => [...boxes, ...arrows].forEach((one) => one.classList.remove(...kinds));

/** Give every step of a decision, behind it those of branches tried in vain and of called charts: the prefix of its keys, it, how it is marked. */
function* everyStep(steps, prefix = "", kind = "is-lit") {
  for (const step of steps) {
    yield [prefix, step, kind];
    for (const branch of step.tried) {
      yield [prefix, { ...step, arrow: branch.arrow }, "is-tried"];
      yield* everyStep(branch.steps, prefix, "is-tried");
    }
    if (step.inner) yield* everyStep(step.inner.steps, `${prefix}${step.node}/`, kind);
  }
}

/** Name the facts that the chart itself has read. */
const allRead = (steps) => [...everyStep(steps)].flatMap(([prefix, { facts }]) => (prefix ? [] : Object.keys(facts)));

function light(steps) {
  for (const [prefix, { node, arrow }, kind] of everyStep(steps)) {
    const taken = arrows.filter((one) => idsOf.get(one).includes(prefix + arrow));
    mark(taken, () => true, kind);
    mark(boxes, (one) => one.dataset.key === prefix + node || (kind === "is-lit" && taken.some(({ dataset }) => dataset.to === one.dataset.key)), kind);
  }
}

/** Light the way of a decision, or nothing; the layer that is shown says whether. */
function lightWay(steps) {
  unmark("is-lit", "is-tried", "has-lit-head", "has-tried-head");
  const lit = steps !== null && layer === "decision";
  for (const one of pictures) one.classList.toggle("fades", lit || layer === "changes");
  if (lit) {
    light(steps);
    mark(boxes, (one) => one.dataset.kind === "start", "is-lit");
    mark(arrows, (one) => !idsOf.get(one).length, "is-lit");
  }
  for (const one of boxes) one.setAttribute("aria-current", one.classList.contains("is-lit"));
  pictures.forEach(drawWays);
  if (lit && steps.length) writeEnd(steps.at(-1));
}

/** Write where a decision ends by an arrow that the file does not write, and so no picture has. */
function writeEnd({ node, arrow, to }) {
  if (!to || arrows.some((one) => idsOf.get(one).includes(arrow))) return;
  for (const box of boxes.filter((one) => one.dataset.key === node)) {
    const [x, y, width, height] = ["x", "y", "width", "height"].map((one) => Number(box.querySelector("rect").getAttribute(one)));
    box.append(draw("text", { x: x + width - 16, y: y + height + 12, class: "way count" }, visible(`→ ${whole.outcomes[to].label}`)));
  }
}

/** Draw whole what a picture leaves to other lines that run the same way. */
function drawWays(picture, number) {
  const inside = arrows.filter((one) => picture.contains(one)), first = picture.querySelector(".nr-box");
  picture.querySelectorAll(".way").forEach((one) => one.remove());
  for (const arrow of inside) {
    const d = beside.ways[number][arrow.dataset.arrow], kind = ["is-lit", "is-tried"].find((one) => arrow.classList.contains(one));
    if (!d || !kind) continue;
    first.before(draw("path", { d, class: `way ${kind}`, fill: "none", "pointer-events": "none" }));
    const head = inside.find((one) => one.dataset.to === arrow.dataset.to && one.querySelector("path.nr-head"));
    head?.classList.add(kind === "is-lit" ? "has-lit-head" : "has-tried-head");
  }
  // What is written on them lies on top.
  for (const kind of ["is-tried", "is-lit"]) for (const one of inside) if (one.classList.contains(kind)) first.before(one);
}

// ---- Layers: what is shown on the picture instead of one decision ----

/** Draw each arrow the broader the more often it was taken, and write how often. */
function showCounts({ taken, total }) {
  const most = Math.max(1, ...Object.values(taken));
  for (const arrow of arrows) {
    const ids = idsOf.get(arrow), times = ids.reduce((sum, id) => sum + (taken[id] ?? 0), 0);
    if (!ids.length || arrow.classList.contains("is-gone")) continue;
    const line = arrow.querySelector(".nr-line"), words = arrow.querySelector("text:last-of-type");
    arrow.classList.toggle("is-missed", !times);
    if (times) line.style.strokeWidth = `${1.4 + (4.6 * Math.log1p(times)) / Math.log1p(most)}px`;
    const start = line.getPointAtLength(14), share = total > 999 ? `${((100 * times) / total).toFixed(1)}%` : `${times}x`;
    const [x, y] = words ? [words.getAttribute("x"), Number(words.getAttribute("y")) + 12] : [start.x + 3, start.y - 4];
    arrow.append(draw("text", { x, y, class: "count" }, share));
  }
}

/** Mark what was edited or is new, or what is gone. */
function markChanges({ marks }, wanted) {
  for (const [key, [look]] of Object.entries(marks)) {
    if (look !== wanted) continue;
    mark(boxes, (one) => one.dataset.key === key, look);
    mark(arrows, (one) => idsOf.get(one).includes(key), look);
  }
}

function showLayer(name) {
  const shown = layers[name];
  layer = name;
  unmark("is-missed", "is-new");
  stage.querySelectorAll(".count").forEach((one) => one.remove());
  for (const arrow of arrows) arrow.querySelector(".nr-line").style.strokeWidth = "";
  for (const one of pictures) one.classList.toggle("shows-changes", name === "changes");
  if (shown.taken) showCounts(shown);
  if (shown.marks) markChanges(shown, "is-new");
  byId("layer-told").textContent = shown.words ?? "";
}
