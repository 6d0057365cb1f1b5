// ---- By hand: somebody answers the questions, instead of facts ----

/** What stands for the question that nobody has answered yet: no outcome has an empty name. */
const OPEN = "", OPEN_END = { notify: "open", label: "", because: null };

const waysOf = ({ rows, cases, else: otherwise }) =>
  [...(rows ?? cases).map(([, arrow]) => arrow), otherwise].filter((one, at, all) => one && all.findIndex((other) => other.id === one.id) === at);

/** Walks by answers, each the id of an arrow, up to the first question that has none. */
class HandWalk extends Walk {
  constructor(number, answers, prefix = "") {
    super(chart, number, null);
    this.graph = { ...this.graph, outcomes: { ...this.graph.outcomes, [OPEN]: OPEN_END } };
    Object.assign(this, { answers, prefix });
  }

  ask(name, node) {
    const turn = { name, node, read: new Map(), tried: [] };
    if (node.kind === "call") {
      const walk = new HandWalk(node.chart, this.answers, `${this.prefix}${name}/`), [turns, outcome] = walk.follow(walk.graph.start);
      const [, arrow] = node.cases.find(([one]) => one === outcome) ?? [OPEN, { id: OPEN, answer: "", to: OPEN }];
      return { ...turn, arrow, inner: { walk, turns, outcome } };
    }
    const chosen = this.answers.left.shift(), arrow = waysOf(node).find((one) => one.id === chosen);
    if (!arrow) this.answers.open ??= { key: this.prefix + name, node };
    return { ...turn, arrow: arrow ?? { id: OPEN, answer: "", to: OPEN } };
  }
}

/** Puts words to it: what facts would fill in stands there by their names. */
class HandTeller extends Teller {
  fill(because) {
    const named = (term) => (term[0] === "fact" ? [term[1]] : term.filter(Array.isArray).flatMap(named));
    return because?.[this.end]?.map((piece) => (typeof piece === "string" ? piece : `{${named(piece[1]).join(", ")}}`)).join("") ?? null;
  }
}

/** Follow answers; the result is like a decision, or has the question that is `open`. */
function followAnswers(answers) {
  const asked = { left: [...answers], open: null }, walk = new HandWalk(0, asked), [turns, outcome] = walk.follow(walk.graph.start);
  const { notify } = walk.graph.outcomes[outcome];
  const { because, steps } = new HandTeller(chart, notify).passage({ walk, turns, outcome }, null);
  return { outcome, notify: NOTIFY[notify], because, steps, reasons: reasonsOf(steps), recheck_at: null, open: asked.open };
}

let answers = [];

/** Answer, and show where that leads. */
function walkOn(next) {
  const goesOn = next !== answers;
  answers = next;
  const found = followAnswers(answers), { open } = found, panel = byId("hand");
  lightWay(found.steps);
  if (open) {
    byId("answer").className = "";
    byId("answer").replaceChildren(el("strong", { textContent: open.node.ask }), el("div", { className: "quiet", textContent: "by hand" }));
  } else tellAnswer(found, ["By hand, whatever the facts:"]);
  const ways = open ? waysOf(open.node) : [];
  const buttons = ways.map((way, at) => button(`${at + 1} · ${way.answer}`, () => walkOn([...answers, way.id]), { className: "wide" }));
  const back = button("Back", () => walkOn(answers.slice(0, -1)), { disabled: !answers.length });
  const again = button("From the start", () => walkOn([]), { disabled: !answers.length });
  const about = open?.node.about ? el("p", { className: "about", textContent: open.node.about }) : null;
  const conditions = (open?.node.conditions ?? []).map((one) => el("pre", { className: "facts quiet", textContent: one }));
  panel.replaceChildren(el("h2", { textContent: open ? open.node.ask : "The end" }), el("div", {}, ...buttons), el("div", { className: "with" }, back, again),
    ...[about, ...conditions].filter(Boolean), tellSteps(found.steps));
  const box = open ? boxOf(open.key) : boxes.findLast((one) => one.classList.contains("is-lit") && svg.contains(one));
  if (box) reveal(box);
  if (goesOn) (buttons[0] ?? again).focus({ preventScroll: true });
}
