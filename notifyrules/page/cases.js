// ---- Cases, and receipts ----

const decided = beside.cases.map((one) => {
  const found = decideBy(chart, one.facts);
  return { ...one, found, fits: one.outcomes.includes(found.outcome), passed: new Set([...everyStep(found.steps)].flatMap(([prefix, { node, arrow }]) => [prefix + node, prefix + arrow])) };
});

/** Give the form other facts, those that the chart declares. */
function setFacts(facts, said) {
  given.clear();
  for (const [name, value] of Object.entries(facts)) if (declared.has(name)) given.set(name, value);
  decideNow(said);
  for (const { refresh } of rowsOfForm.values()) refresh();
}

function showWay() {
  const lit = boxes.filter((box) => box.classList.contains("is-lit") && svg.contains(box));
  if (lit.length) reveal(lit[Math.floor(lit.length / 2)]);
}

function choose(one) {
  setFacts(one.facts, [`The case “${one.name}”`]);
  for (const button of document.querySelectorAll(".cases button")) button.setAttribute("aria-current", button.dataset.name === one.name);
}

function openCase(one) {
  choose(one);
  showWay();
  address("case", one.name);
  present("told");
}

function listCases(into, cases) {
  into.replaceChildren(...cases.map((one) => {
    const made = item(() => {
      openCase(one);
      byId("told").focus({ preventScroll: true });
    }, one.name, el("div", { className: one.fits ? "quiet" : "is-wrong", textContent: `${one.found.outcome} · ${one.found.reason}` }));
    made.firstChild.dataset.name = one.name;
    return made;
  }));
}

function fillCases() {
  const filter = el("input", { type: "search", placeholder: "Filter the cases", attributes: { "aria-label": "Filter the cases" } });
  const list = el("ul", { className: "cases" }), count = el("p", { className: "quiet", attributes: { "aria-live": "polite" } });
  const pasted = el("textarea", { rows: 3, id: "receipt", attributes: { "aria-label": "A receipt" } }), told = el("p", { className: "problem", attributes: { role: "status" } });
  const refresh = () => {
    const words = filter.value.toLowerCase();
    const kept = decided.filter((one) => `${one.name} ${one.found.outcome} ${one.found.reason}`.toLowerCase().includes(words));
    count.textContent = `${kept.length} of ${decided.length} cases`;
    listCases(list, kept);
  };
  filter.addEventListener("input", refresh);
  pasted.addEventListener("input", () => (told.textContent = pasted.value.trim() && openReceipt(pasted.value)));
  byId("cases").append(el("details", {}, el("summary", { textContent: "Paste a receipt, to have it told again" }), pasted, told), filter, count, list);
  refresh();
}

/** Decide as a receipt says that it was decided; returns what is wrong with it. */
function openReceipt(text) {
  let receipt = null;
  try {
    receipt = JSON.parse(text);
  } catch {
    return "This is no receipt: it is not JSON. Paste one whole line of a log of receipts.";
  }
  const isText = (key) => typeof receipt?.[key] === "string";
  if (!["rules", "outcome", "reason"].every(isText) || !isMapping(receipt.facts)) return "This is no receipt: paste it whole.";
  const hidden = [...declared].filter(([name, fact]) => fact.private && !Object.hasOwn(receipt.facts, name)).map(([name]) => name);
  const lost = [...hidden, ...["unknown", "unasked"].flatMap((key) => (Array.isArray(receipt[key]) ? receipt[key].map(String) : []))];
  const said = [["A receipt", ...["at", "subject", "id"].filter(isText).map((key) => receipt[key])].join(" · ")];
  const kept = Object.entries(receipt.facts), known = kept.filter(([name]) => declared.has(name));
  const [found] = attempt(Object.fromEntries(known)), then = `${receipt.outcome}, by ${receipt.reason}`;
  const now = found ? `${found.outcome}, by ${found.reason}` : "nothing, because of its facts";
  if (receipt.rules.slice(0, 8) !== chart.digest.slice(0, 8)) said.push(`It is of another version of the rules: ${receipt.rules}. This page has ${beside.stamp}.`);
  else if (receipt.rules !== beside.stamp) said.push("The rules were loaded from elsewhere then, or by another version of the language, of Unicode or of the time zones: words may be others.");
  if (known.length < kept.length) said.push(`This page has no such facts: ${kept.map(([name]) => name).filter((name) => !declared.has(name)).join(", ")}.`);
  if (lost.length) said.push(`It does not keep what these were: ${lost.join(", ")}. Here they are at their defaults; notifyrules explain --record knows the way without them.`);
  said.push(then === now ? "This page decides alike." : `Decided was ${then}; this page decides ${now}.`);
  setFacts(receipt.facts, said);
  showWay();
  present("told");
  return "";
}
