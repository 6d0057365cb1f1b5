// The window of the studio: it holds the token, asks the engine, and shows a chart in a frame that has neither.

const byId = (id) => document.getElementById(id), charts = byId("charts"), stage = byId("stage");
const address = new URLSearchParams(location.hash.slice(1));
const token = address.get("token") ?? sessionStorage.getItem("token") ?? "";
// The token goes out of the address at once; this tab keeps it, for when it is loaded again.
sessionStorage.setItem("token", token);
let file = address.get("file") ?? "", shown = null, state = null, channel = null;

async function send(path, body) {
  const headers = { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) };
  const answer = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer;
}

const ask = async (path, body) => (await send(path, body)).json();

function say(text, bad = false) {
  byId("state").textContent = text;
  byId("state").classList.toggle("is-bad", bad);
}

// ---- The chart ----

function tell(told) {
  const findings = byId("findings"), errors = told.findings.some((one) => one.severity === "error");
  const cases = told.cases === undefined ? [] : [told.cases ?? "no cases"];
  const old = told.page === null && shown ? ["the chart is as it was before"] : [];
  document.title = `${told.title} · Studio`;
  say([told.summary, ...cases, ...old].join(" · "), errors || told.failed > 0);
  findings.hidden = !told.findings.length;
  findings.open = findings.open || errors;
  findings.querySelector("summary").textContent = told.summary;
  findings.querySelector("div").replaceChildren(...told.findings.map(({ shown }) =>
    Object.assign(document.createElement("pre"), { textContent: shown })));
}

async function open(name) {
  if (name !== file) {
    channel?.close();
    [state, shown] = [null, null];
  }
  file = charts.value = name;
  history.replaceState(null, "", `#${new URLSearchParams({ file })}`);
  try {
    if (!shown) say(`Opening ${file}`);
    const told = await ask("/open", { file: name });
    if (file !== name) return;
    tell(told);
    if (told.page === null) return shown ?? stage.replaceChildren();
    if (told.digest === shown?.digest) channel.postMessage({ told });
    else frame(told);
    shown = told;
  } catch (error) {
    say(error.message, true);
  }
}

/** Show a page in a frame without an origin; only its first load is spoken to, and only over a channel of its own. */
function frame(told) {
  const made = document.createElement("iframe"), { port1, port2 } = new MessageChannel();
  made.setAttribute("sandbox", "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox");
  made.title = told.title;
  made.src = told.page;
  made.addEventListener("load", () => made.contentWindow.postMessage({ told, state }, "*", [port2]), { once: true });
  channel?.close();
  channel = port1;
  port1.onmessage = ({ data }) => (data.state ? (state = data.state) : answer(port1, data));
  stage.replaceChildren(made);
}

async function answer(port, { id, path, body }) {
  try {
    if (!["/decide", "/why-not", "/keep"].includes(path)) throw new Error("that is not asked from a page");
    port.postMessage({ id, told: await ask(path, { ...body, file, seen: shown.seen }) });
  } catch (error) {
    port.postMessage({ id, error: error.message });
  }
}

// ---- The folder ----

async function refresh() {
  const names = (await ask("/charts")).charts;
  charts.replaceChildren(...names.map((name) => new Option(name, name)));
  if (!names.length) say("no rule files here yet: `notifyrules new` writes one to start from");
  else await open(names.includes(file) ? file : names[0]);
}

/** Hear of each change; a stream of events by hand, because an `EventSource` sends no token. */
async function follow() {
  const reader = (await send("/changes")).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const at = rest.lastIndexOf("\n\n");
    if (at >= 0 && rest.slice(0, at).includes("data:")) await refresh();
    rest = at < 0 ? rest : rest.slice(at + 2);
  }
}

charts.addEventListener("change", () => open(charts.value));
history.replaceState(null, "", `#${new URLSearchParams({ file })}`);
for (;;) {
  try {
    await follow();
    say("the studio was stopped", true);
  } catch (error) {
    say(error instanceof TypeError ? "the studio is not there any more: start it again, and open its link" : error.message, true);
  }
  await new Promise((wake) => setTimeout(wake, 2000));
}
