/**
 * Decide by a chart that `notifyrules` has exported: a port of `evaluation/walk.py` and of what it stands on, function
 * by function, held equal to it by tests. It asks nothing of the machine that could differ from one to the next: no
 * time zones, no letters, no languages. Dates are only counted, by `Date.UTC`.
 */

const MAX_INT = 2 ** 53, MAX_TEXT = 65536, MAX_ITEMS = 10000, MAX_WINDOWS = 100;
const SECOND = 1e6, DAY = 86400 * SECOND, MAX_DURATION = 3653 * DAY;
const MAX_INSTANT = Date.UTC(2200, 0, 1) * 1000, MIN_DATE = -1, MAX_DATE = Date.UTC(2200, 0, 1) / 864e5;
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const UNITS = [["w", 7 * DAY], ["d", DAY], ["h", 3600 * SECOND], ["m", 60 * SECOND], ["s", SECOND], ["ms", 1000], ["us", 1]];
const NOTIFY = { true: true, false: false, later: "later", unsaid: null };

/** What is wrong with the facts that were given. */
export class FactsError extends Error {}

// ---- Letters ----

const scanned = new Map();

/** Read a set of characters, or a mapping of them, which is written as numbers to the base 36. */
function scan(text, width) {
  if (!scanned.has(text)) {
    const numbers = text === "" ? [] : text.split(" ").map((one) => parseInt(one, 36)), runs = [];
    for (let at = 0, end = 0; at < numbers.length; at += width) {
      const first = end + numbers[at], count = numbers[at + 1], apart = width === 2 ? 1 : numbers[at + 2];
      end = first + apart * (count - 1) + 1;
      runs.push([first, end, apart, numbers[at + 3]]);
    }
    scanned.set(text, runs);
  }
  return scanned.get(text);
}

/** Find the run that a character lies in. */
function run(runs, character) {
  const point = character.codePointAt(0);
  let low = 0, high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle][1] <= point) low = middle + 1;
    else high = middle;
  }
  const found = runs[low];
  return found && found[0] <= point && (point - found[0]) % found[2] === 0 ? found : null;
}

const has = (table, character) => run(scan(table, 2), character) !== null;
const isAscii = (text) => /^[\0-\x7f]*$/.test(text);

function changed(table, character) {
  if (Object.hasOwn(table.several, character)) return table.several[character];
  const found = run(scan(table.runs, 4), character);
  return found ? String.fromCodePoint(character.codePointAt(0) + found[3]) : character;
}

/** Tell whether a capital sigma ends a word: a cased letter stands before it and none behind, others looked through. */
function isFinal(table, points, at) {
  let before = at - 1, behind = at + 1;
  while (before >= 0 && has(table.ignorable, points[before])) before--;
  if (before < 0 || !has(table.cased, points[before])) return false;
  while (behind < points.length && has(table.ignorable, points[behind])) behind++;
  return behind >= points.length || !has(table.cased, points[behind]);
}

function lower(text, tables) {
  if (isAscii(text)) return text.toLowerCase();
  const points = [...text], table = tables.lower;
  return points.map((one, at) => (one === "\u03a3" && isFinal(table, points, at) ? "\u03c2" : changed(table, one))).join("");
}

// ---- Globs ----

const SIGNS = /[*?]+/g;
const hasSigns = (glob) => /[*?]/.test(glob);
const sameVariants = (text, tables) =>
  isAscii(text) ? text : [...text].map((one) => (Object.hasOwn(tables.variants, one) ? tables.variants[one] : one)).join("");

function normalGlob(glob, tables) {
  if (!hasSigns(glob)) return sameVariants(lower(glob, tables), tables);
  const small = [...glob].map((one) => (one === "\u0130" ? one : lower(one, tables))).join("");
  return sameVariants(small, tables).replace(SIGNS, (found) =>
    found.replaceAll("*", "") + (found.includes("*") ? "*" : ""));
}

function fits(points, at, chunk) {
  if (at + chunk.length > points.length) return false;
  return chunk.every((one, by) => (one === "?" ? points[at + by] !== "\n" : points[at + by] === one));
}

/** Find where a chunk first stands behind a place in the same line, and where `also` holds; -1 for nowhere. */
function first(points, from, chunk, also) {
  for (let at = from; at + chunk.length <= points.length; at++) {
    if (fits(points, at, chunk) && also(at)) return at;
    if (points[at] === "\n") break;
  }
  return -1;
}

/** Find the end of what stands behind the first chunk of a glob, or -1. */
function rest(points, from, chunks, also) {
  let at = from;
  for (const [number, chunk] of chunks.entries()) {
    const last = number === chunks.length - 1;
    const found = first(points, at, chunk, (place) => !last || also(place + chunk.length));
    if (found < 0) return -1;
    at = found + chunk.length;
  }
  return at;
}

function matches(text, glob, tables) {
  const small = lower(text, tables);
  if (!hasSigns(glob)) return small === lower(glob, tables);
  const points = [...sameVariants(small, tables)];
  const [begin, ...chunks] = normalGlob(glob, tables).split("*").map((chunk) => [...chunk]);
  if (!fits(points, 0, begin)) return false;
  return rest(points, begin.length, chunks, (end) => end === points.length) === points.length;
}

function hasGlobWord(text, glob, tables) {
  let small = lower(text, tables);
  if (!hasSigns(glob)) {
    glob = lower(glob, tables);
    if (glob === "" || !small.includes(glob)) return false;
  }
  const points = [...sameVariants(small, tables)];
  const inWord = points.map((one) => has(tables.word, one));
  const free = (at) => !(at > 0 && at < points.length && inWord[at - 1] && inWord[at]);
  const [begin, ...chunks] = normalGlob(glob, tables).split("*").map((chunk) => [...chunk]);
  const starts = (at) => free(at) && (chunks.length > 0 || free(at + begin.length));
  for (let line = 0; line <= points.length; line++) {
    if (line > 0 && points[line - 1] !== "\n") continue;
    const at = first(points, line, begin, starts);
    if (at >= 0 && rest(points, at + begin.length, chunks, free) >= 0) return true;
  }
  return false;
}

// ---- Words ----

const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
/** Stands between pieces: two first halves of pairs, which no text has. */
const BETWEEN = "\ud800\ud800";

/** Compose a text; letters that Python does not know yet bound what is composed. */
function composed(text, tables) {
  let whole = "", part = "";
  for (const one of text) {
    if (has(tables.unassigned, one)) {
      whole += part.normalize("NFC") + one;
      part = "";
    } else part += one;
  }
  return whole + part.normalize("NFC");
}

function folded(text, tables) {
  if (isAscii(text)) return text.toLowerCase();
  const folds = [...composed(text, tables)].map((one) => changed(tables.fold, one)).join("");
  return composed(folds, tables);
}

const spaced = (text) => text.split(BLANK).filter((one) => one !== "").join(" ");

function cut(text, tables) {
  const points = [...text], pieces = [];
  const letter = (at) => at < points.length && has(tables.letter, points[at]);
  const marks = (at) => {
    while (at < points.length && has(tables.mark, points[at])) at++;
    return at;
  };
  for (let at = 0; at < points.length; ) {
    let end = at;
    while (letter(end) && !has(tables.unparted, points[end])) end = marks(end + 1);
    if (end === at) end = letter(at) ? marks(at + 1) : at + 1;
    pieces.push(points.slice(at, end).join(""));
    at = end;
  }
  return BETWEEN + pieces.join(BETWEEN) + BETWEEN;
}

function hasWord(text, words, tables) {
  const whole = folded(text, tables);
  let pieces = null, apart = null;
  return [words].flat().some((one) => {
    const word = spaced(folded(one, tables));
    if (word === "") return false;
    if (word.includes(" ")) return (apart ??= cut(spaced(whole), tables)).includes(cut(word, tables));
    return (pieces ??= cut(whole, tables)).includes(cut(word, tables));
  });
}

// ---- Time zones: seconds since 1970, as `zoneinfo` reads TZif ----

/** Find how many of some rising numbers are not above a value. */
function upTo(numbers, value) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const zonesRead = new Map();

function zoneOf(chart, key) {
  const written = chart.zones[key];
  if (!zonesRead.has(written)) zonesRead.set(written, readZone(written));
  return zonesRead.get(written);
}

function readZone(written) {
  const bytes = Uint8Array.from(atob(written), (one) => one.charCodeAt(0)), view = new DataView(bytes.buffer);
  const counts = (at) => [0, 1, 2, 3, 4, 5].map((number) => view.getUint32(at + 20 + 4 * number));
  const [ut1, std1, leap1, time1, type1, char1] = counts(0);
  const at = 44 + time1 * 5 + type1 * 6 + char1 + leap1 * 8 + std1 + ut1;
  const [ut, std, leap, times, types, characters] = counts(at);
  const trans = at + 44, index = trans + times * 8, kinds = index + times;
  const utc = Array.from({ length: times }, (_, number) => Number(view.getBigInt64(trans + 8 * number)));
  const offsets = Array.from({ length: types }, (_, number) => view.getInt32(kinds + 6 * number));
  const standard = offsets.findIndex((_, number) => bytes[kinds + 6 * number + 4] === 0);
  const found = utc.map((_, number) => offsets[bytes[index + number]]);
  const footer = kinds + types * 6 + characters + leap * 12 + std + ut;
  const rule = String.fromCharCode(...bytes.slice(footer)).trim();
  const before = standard < 0 ? (found[0] ?? 0) : offsets[standard];
  const wall = [Math.max, Math.min].map((choose) =>
    utc.map((one, number) => one + choose(number ? found[number - 1] : offsets[0], found[number])));
  return { utc, wall, found, before, rule: rule ? readRule(rule) : { std: found.at(-1) ?? offsets.at(-1) } };
}

/** Read what holds behind the last change, such as `CET-1CEST,M3.5.0,M10.5.0/3`. */
function readRule(text) {
  const name = "(?:<[^>]+>|[A-Za-z]+)", clock = "([+-]?\\d+(?::\\d+){0,2})";
  const [, std, dst, offset, start, end] = new RegExp(`^${name}${clock}(${name}${clock}?,([^,]+),([^,]+))?$`).exec(text);
  if (!dst) return { std: -seconds(std) };
  const summer = offset === undefined ? 3600 - seconds(std) : -seconds(offset);
  return { std: -seconds(std), dst: summer, start: yearly(start), end: yearly(end) };
}

function seconds(clock) {
  const [hours, minutes = 0, rest = 0] = clock.replace(/^[+-]/, "").split(":").map(Number);
  return (clock.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60 + rest);
}

/** Give a function from a year to the wall time of a yearly change. */
function yearly(text) {
  const [date, clock = "2"] = text.split("/"), by = seconds(clock);
  const isLeap = (year) => new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  if (date[0] !== "M") {
    const julian = date[0] === "J", day = Number(date.slice(julian ? 1 : 0));
    const days = (year) => (julian ? day - 1 + (day >= 60 && isLeap(year) ? 1 : 0) : day);
    return (year) => Date.UTC(year, 0, 1) / 1000 + days(year) * 86400 + by;
  }
  const [month, week, weekday] = date.slice(1).split(".").map(Number);
  return (year) => {
    const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay(), length = new Date(Date.UTC(year, month, 0)).getUTCDate();
    let day = ((weekday - first + 7) % 7) + 1 + (week - 1) * 7;
    if (day > length) day -= 7;
    return Date.UTC(year, month - 1, day) / 1000 + by;
  };
}

const yearOf = (second) => new Date(second * 1000).getUTCFullYear();

function inSummer(second, start, end) {
  return start < end ? start <= second && second < end : !(end <= second && second < start);
}

/** Give how far a zone is ahead of UTC at an instant. */
function offsetAt(zone, second) {
  const { utc, rule } = zone;
  if (utc.length && second < utc[0]) return zone.before;
  if (utc.length && second <= utc.at(-1)) return zone.found[upTo(utc, second) - 1];
  if (!rule.start) return rule.std;
  const year = yearOf(second);
  return inSummer(second, rule.start(year) - rule.std, rule.end(year) - rule.dst) ? rule.dst : rule.std;
}

/** Give the instant of a wall time; where two changes concern it, `fold` 0 means the offset before and 1 the one behind. */
function fromWall(zone, wall, fold) {
  const { rule } = zone, list = zone.wall[fold];
  if (list.length && wall < list[0]) return wall - zone.before;
  if (list.length && wall <= list.at(-1)) return wall - zone.found[upTo(list, wall) - 1];
  if (!rule.start) return wall - rule.std;
  const year = yearOf(wall), by = rule.dst - rule.std;
  let start = rule.start(year), end = rule.end(year);
  if ((fold === 1) === by >= 0) end -= by;
  else start += by;
  return wall - (inSummer(wall, start, end) ? rule.dst : rule.std);
}

/** Find the first and the last instant at which a clock shows a wall time; for one that it skips, twice the jump. */
function occurrences(zone, wall) {
  const before = fromWall(zone, wall, 0), behind = fromWall(zone, wall, 1);
  if (before <= behind) return [before, behind];
  const offset = offsetAt(zone, behind);
  let old = 0, after = before - behind;
  while (after - old > 1) {
    const middle = (old + after) >> 1;
    if (offsetAt(zone, behind + middle) === offset) old = middle;
    else after = middle;
  }
  return [behind + after, behind + after];
}

// ---- Clocks and schedules: instants in microseconds, days since 1970 ----

const held = (value, least, most) => Math.max(least, Math.min(most, value));
const modulo = (value, by) => ((value % by) + by) % by;

function local(instant, zone) {
  const second = Math.floor(instant / SECOND);
  return second + offsetAt(zone, second);
}

const dayOf = (wall) => Math.floor(wall / 86400);
const weekday = (day) => modulo(day + 3, 7);
const calendar = (day) => new Date(day * 864e5);

const openCache = new Map();

/** List when windows are open around a day of UTC: in order, and none touches another. */
function openOn(day, zone, schedule) {
  const key = `${day} ${zone.number ??= openOn.zones = (openOn.zones ?? 0) + 1} ${JSON.stringify(schedule.windows)}`;
  if (!openCache.has(key)) {
    if (openCache.size > 1000) openCache.clear();
    openCache.set(key, stretches(day, zone, schedule));
  }
  return openCache.get(key);
}

function stretches(day, zone, schedule) {
  const found = [], joined = [];
  for (const start of [day - 2, day - 1, day, day + 1]) {
    for (const [days, from, until] of schedule.windows) {
      if (!days.includes(weekday(start))) continue;
      const last = until > from ? start : start + 1;
      found.push([occurrences(zone, start * 86400 + from)[0] * SECOND, occurrences(zone, last * 86400 + until)[1] * SECOND]);
    }
  }
  found.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  for (const [start, end] of found) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined.filter(([start, end]) => start < (day + 1) * DAY && end > day * DAY);
}

function closing(instant, zone, schedule) {
  for (const [start, end] of openOn(Math.floor(instant / DAY), zone, schedule)) {
    if (start <= instant && instant < end) return end;
  }
  return null;
}

const within = (instant, zone, schedule) => schedule.windows.length > 0 && closing(instant, zone, schedule) !== null;

function neverCloses(schedule) {
  const week = 7 * 86400, covered = [];
  for (const [days, from, until] of schedule.windows) {
    const length = modulo(until - from, 86400) || 86400;
    for (const day of days) {
      const start = day * 86400 + from;
      covered.push([start, start + length], [start - week, start - week + length]);
    }
  }
  let reached = 0;
  for (const [start, end] of covered.sort((one, other) => one[0] - other[0] || one[1] - other[1])) {
    if (start > reached) break;
    reached = Math.max(reached, end);
  }
  return reached >= week;
}

function windowEnd(instant, zone, schedule) {
  let end = closing(instant, zone, schedule);
  if (end === null) return null;
  if (neverCloses(schedule)) return MAX_INSTANT;
  for (let later; end < MAX_INSTANT && (later = closing(end, zone, schedule)) !== null; ) end = later;
  return Math.min(end, MAX_INSTANT);
}

function windowStart(instant, zone, schedule) {
  if (!schedule.windows.length || within(instant, zone, schedule)) return null;
  for (let day = Math.floor(instant / DAY); day <= MAX_DATE; day++) {
    for (const [start, end] of openOn(day, zone, schedule)) {
      if (instant < start && start < end) return start <= MAX_INSTANT ? start : null;
    }
  }
  return null;
}

// ---- Conditions ----

/** Give what a value is compared by. */
const keyOf = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : value);
const same = (left, right) => keyOf(left) === keyOf(right);

const FUNCTIONS = {
  len: (value) => (typeof value === "string" ? [...value].length : value.length),
  starts_with: (text, start) => text.startsWith(start),
  ends_with: (text, end) => text.endsWith(end),
  contains: (text, part) => text.includes(part),
  overlaps: (left, right) => right.some((item) => left.some((other) => same(item, other))),
  contains_all: (whole, part) => part.every((item) => whole.some((other) => same(item, other))),
  before: (text, by) => (text.includes(by) ? text.slice(0, text.indexOf(by)) : text),
  after: (text, by) => (text.includes(by) ? text.slice(text.indexOf(by) + by.length) : ""),
  day_of: (day) => calendar(day).getUTCDate(),
  month_of: (day) => calendar(day).getUTCMonth() + 1,
  year_of: (day) => calendar(day).getUTCFullYear(),
};
const WITH_TABLES = { lower, matches, has_glob_word: hasGlobWord, has_word: hasWord };
const WITH_ZONE = {
  within: (zone, instant, schedule) => within(instant, zone, schedule),
  window_end: (zone, instant, schedule) => windowEnd(instant, zone, schedule),
  window_start: (zone, instant, schedule) => windowStart(instant, zone, schedule),
  local_time: (zone, instant) => modulo(local(instant, zone), 86400),
  local_date: (zone, instant) => dayOf(local(instant, zone)),
  weekday: (zone, instant) => WEEKDAYS[weekday(dayOf(local(instant, zone)))],
  instant_at: (zone, day, time) => held(occurrences(zone, day * 86400 + time)[0] * SECOND, 0, MAX_INSTANT),
};

function call(chart, name, given) {
  if (Object.hasOwn(WITH_TABLES, name)) return WITH_TABLES[name](...given, chart.tables);
  if (name === "weekday" && given.length === 1) return WEEKDAYS[weekday(given[0])];
  if (!Object.hasOwn(WITH_ZONE, name)) return FUNCTIONS[name](...given);
  const zone = zoneOf(chart, name === "instant_at" ? given[2] : given[1]);
  return WITH_ZONE[name](zone, given[0], name === "instant_at" ? given[1] : given[2]);
}

const RANGES = {
  int: [-MAX_INT, MAX_INT], duration: [-MAX_DURATION, MAX_DURATION], between: [-MAX_DURATION, MAX_DURATION],
  instant: [0, MAX_INSTANT], date: [MIN_DATE, MAX_DATE], days: [-MAX_INT, MAX_INT],
};

function sum(minus, kind, left, right) {
  if (kind === "list") return [...left, ...right].slice(0, MAX_ITEMS);
  if (kind === "schedule") {
    const windows = new Map([...left.windows, ...right.windows].map((one) => [JSON.stringify(one), one]));
    return { windows: [...windows.values()] };
  }
  return held(minus ? left - right : left + right, ...RANGES[kind]);
}

function compare(operator, left, right, order) {
  if (operator === "==") return same(left, right);
  if (operator === "!=") return !same(left, right);
  if (order) [left, right] = [order.indexOf(left), order.indexOf(right)];
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}

/** Compute a term; `facts` gives the value of a fact, and `read` takes those that are read. */
function evaluate(chart, term, facts, read) {
  const value = (part) => evaluate(chart, part, facts, read), [form, one, other, third] = term;
  switch (form) {
    case "fact": {
      const found = facts(one);
      read.set(one, found);
      return found;
    }
    case "is": return one;
    case "let": return value(chart.lets[one]);
    case "list": return term.slice(1).map(value);
    case "+": case "-": return sum(form === "-", one, value(other), value(third));
    case "??": {
      let found = null;
      for (let at = 1; at < term.length && found === null; at++) found = value(term[at]);
      return found;
    }
    case "in": {
      const wanted = value(one);
      return value(other).some((item) => same(item, wanted));
    }
    case "null": return value(one) === null;
    case "not": return !value(one);
    case "and": return term.every((part, at) => at === 0 || value(part));
    case "or": return term.some((part, at) => at > 0 && value(part));
    case "if": return value(value(one) ? other : third);
    case "call": return call(chart, one, term.slice(2).map(value));
    default: return compare(form, value(one), value(other), third);
  }
}

// ---- Values as people write them ----

const two = (number) => String(number).padStart(2, "0");
const writeDate = (day) => calendar(day).toISOString().slice(0, 10);

function writeTime(time) {
  const [hour, minute, second] = [Math.floor(time / 3600), Math.floor(time / 60) % 60, time % 60];
  return `${two(hour)}:${two(minute)}${second ? `:${two(second)}` : ""}`;
}

function writeInstant(instant) {
  const second = Math.floor(instant / SECOND), micro = instant - second * SECOND;
  const whole = new Date(second * 1000).toISOString().slice(0, 19);
  return `${whole}${micro ? `.${String(micro).padStart(6, "0")}` : ""}Z`;
}

function writeDuration(length) {
  let rest = Math.abs(length), written = "";
  for (const [unit, size] of UNITS.slice(1)) {
    const amount = Math.floor(rest / size);
    if (amount) written += amount + unit;
    rest -= amount * size;
  }
  return (length < 0 ? "-" : "") + (written || "0s");
}

/** Write a value as JSON holds it. */
export function toPlain(type, value) {
  if (value === null) return null;
  switch (type.is) {
    case "date": return writeDate(value);
    case "instant": return writeInstant(value);
    case "time": return writeTime(value);
    case "duration": return writeDuration(value);
    case "list": return value.map((item) => toPlain(type.item, item));
    case "schedule": return value.windows.map(([days, from, until]) => ({
      ...(days.length < 7 ? { days: days.map((day) => WEEKDAYS[day]) } : {}), from: writeTime(from), until: writeTime(until),
    }));
    default: return value;
  }
}

function writeWindow([days, from, until]) {
  const runs = [];
  for (const day of days) {
    if (runs.length && runs.at(-1).at(-1) === day - 1) runs.at(-1).push(day);
    else runs.push([day]);
  }
  const named = runs.map((one) => one.map((day) => WEEKDAYS[day]));
  const words = named.map((one) => (one.length >= 3 ? `${one[0]}-${one.at(-1)}` : one.join(" "))).join(" ");
  return `${days.length === 7 ? "every day" : words} ${writeTime(from)}-${writeTime(until)}`;
}

/** Write a value as a person reads it: text without quotes, bools as yes and no. */
export function write(type, value) {
  if (value === null) return "null";
  if (type.is === "bool") return value ? "yes" : "no";
  if (type.is === "list") return `[${value.map((item) => writeLiteral(type.item, item)).join(", ")}]`;
  if (type.is === "schedule") return `[${value.windows.map(writeWindow).join(", ")}]`;
  return String(toPlain(type, value));
}

const RESERVED = new Set(("and or not in is if else true false null " +
  "bool int text date instant time duration timezone schedule").split(" "));

/** Write a value as a file of facts holds it: bools as true and false, odd texts quoted. */
export function writeLiteral(type, value) {
  if (typeof value === "boolean") return String(value);
  if (value === null || !["text", "enum"].includes(type.is)) return write(type, value);
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(value) && !RESERVED.has(value) ? value : JSON.stringify(value);
}

// ---- Reading facts ----

const EXPECTED = {
  bool: "true or false", int: "an integer", text: "text", date: "a date such as 2026-11-28",
  instant: "an instant such as 2026-11-23T22:00:00+01:00", time: "a time such as 22:00",
  duration: "a duration such as 2h30m", timezone: "a time zone that this export carries",
  schedule: "a list of windows such as {days: [mon, tue], from: 22:00, until: 07:00}", list: "a list",
};

function readDay(text) {
  const found = typeof text === "string" ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) : null;
  const day = found && Date.UTC(found[1], found[2] - 1, found[3]) / 864e5;
  return found && writeDate(day) === text ? day : undefined;
}

function readClock(text) {
  const found = typeof text === "string" ? /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) : null;
  return found ? found[1] * 3600 + found[2] * 60 + Number(found[3] ?? 0) : undefined;
}

function readInstant(text) {
  const found = typeof text === "string"
    ? /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,6})0*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text) : null;
  const day = found ? readDay(found[1]) : undefined, clock = found ? readClock(found[2]) : undefined;
  if (day === undefined || clock === undefined || found[5] > 23 || found[6] > 59) return undefined;
  const offset = found[4] ? (found[4] === "-" ? -1 : 1) * (found[5] * 3600 + found[6] * 60) : 0;
  const instant = (day * 86400 + clock - offset) * SECOND + Number((found[3] ?? "").padEnd(6, "0"));
  return instant >= 0 && instant <= MAX_INSTANT ? instant : undefined;
}

function readDuration(text) {
  const pattern = `^(-?)(?=\\d)${UNITS.map(([unit]) => `(?:(\\d+)${unit})?`).join("")}$`;
  const found = typeof text === "string" ? new RegExp(pattern).exec(text) : null;
  const length = found && UNITS.reduce((total, [, size], at) => total + Number(found[at + 2] ?? 0) * size, 0);
  return found && length <= MAX_DURATION ? (found[1] && length ? -length : length) : undefined;
}

function readWindow(given) {
  if (!isMapping(given)) return undefined;
  const { days = WEEKDAYS, from, until, ...others } = given, times = [readClock(from), readClock(until)];
  const known = Array.isArray(days) && days.length > 0 && days.every((day) => WEEKDAYS.includes(day));
  if (!known || new Set(days).size < days.length || times.includes(undefined) || Object.keys(others).length) return undefined;
  return [days.map((day) => WEEKDAYS.indexOf(day)).sort((one, other) => one - other), ...times];
}

function readList(given, most, read) {
  if (!Array.isArray(given) || given.length > most) return undefined;
  const found = given.map(read);
  return found.includes(undefined) ? undefined : found;
}

/** Read a value of a type from what JSON holds; undefined where it is none. */
export function conform(chart, type, given) {
  if (given === null) return type.null || type.is === "null" ? null : undefined;
  switch (type.is) {
    case "bool": return typeof given === "boolean" ? given : undefined;
    case "int": return Number.isInteger(given) && Math.abs(given) <= MAX_INT ? given + 0 : undefined;
    case "text": {
      const fits = typeof given === "string" && !/\p{Surrogate}/u.test(given) && [...given].length <= MAX_TEXT;
      return fits ? given : undefined;
    }
    case "enum": return type.values.includes(given) ? given : undefined;
    case "list": return readList(given, MAX_ITEMS, (item) => conform(chart, type.item, item));
    case "date": {
      const day = readDay(given);
      return day >= MIN_DATE && day <= MAX_DATE ? day : undefined;
    }
    case "instant": return readInstant(given);
    case "time": return readClock(given);
    case "duration": return readDuration(given);
    case "timezone": return typeof given === "string" && Object.hasOwn(chart.zones, given) ? given : undefined;
    case "schedule": {
      const windows = readList(given, MAX_WINDOWS, readWindow);
      return windows && { windows };
    }
    default: return undefined;
  }
}

function expected(type) {
  let words = type.is === "enum" ? `one of ${type.values.join(", ")}` : EXPECTED[type.is];
  if (type.is === "list") words += `, every item ${expected(type.item)}`;
  return words + (type.null ? " or null" : "");
}

const isMapping = (given) => given !== null && typeof given === "object" && !Array.isArray(given);

/** Read facts, by their dotted names or nested; every problem is told at once. */
export function readFacts(chart, given) {
  const declared = new Map(Object.entries(chart.charts[0].facts)), found = new Map(), problems = [];
  const isGroup = (name) => [...declared.keys()].some((one) => one.startsWith(`${name}.`));
  const take = (group, prefix) => {
    for (const [key, value] of Object.entries(group)) {
      const name = prefix + key, fact = declared.get(name);
      if (fact) {
        const read = conform(chart, fact.type, value);
        if (read === undefined) problems.push(`\`${name}\`: expected ${expected(fact.type)}`);
        else if (found.has(name)) problems.push(`\`${name}\` is given twice`);
        else found.set(name, read);
      } else if (!isGroup(name)) problems.push(`\`${name}\` is no fact of \`${chart.name}\``);
      else if (isMapping(value)) take(value, `${name}.`);
      // A group that is null has nothing in it.
      else if (value !== null) problems.push(`\`${name}\`: expected a group of facts`);
    }
  };
  if (!isMapping(given)) throw new FactsError("expected facts by their names");
  take(given, "");
  const facts = new Map();
  for (const [name, fact] of declared) {
    if (found.has(name)) facts.set(name, found.get(name));
    else if (Object.hasOwn(fact, "default")) facts.set(name, fact.default);
    else if (!problems.some((one) => one.startsWith(`\`${name}\``))) problems.push(`\`${name}\` is missing`);
  }
  if (problems.length) throw new FactsError(problems.join("\n"));
  return facts;
}

// ---- The walk ----

const countsFor = (notify, end) => notify === "unsaid" || end === "unsaid" || notify === end;

function bind(chart, node, facts, reads) {
  const known = new Map();
  return (name) => {
    if (!known.has(name)) known.set(name, evaluate(chart, node.arguments[name], facts, reads(name)));
    return known.get(name);
  };
}

class Walk {
  constructor(chart, number, facts) {
    this.chart = chart;
    this.graph = chart.charts[number];
    this.facts = facts;
    this.refused = new Map();
  }

  notify(outcome) {
    return this.graph.outcomes[outcome].notify;
  }

  follow(name, trying = false) {
    const turns = [], passed = [];
    while (Object.hasOwn(this.graph.nodes, name)) {
      if (trying && this.refused.has(name)) {
        name = this.refused.get(name);
        break;
      }
      const node = this.graph.nodes[name];
      let turn;
      if (node.kind === "any") {
        passed.push(name);
        const [tried, won] = this.tryBranches(name, node);
        if (won) return [[...turns, tried, ...won[0]], won[1]];
        turn = tried;
      } else turn = this.ask(name, node);
      turns.push(turn);
      name = turn.arrow.to;
    }
    if (this.notify(name) === "false") for (const one of passed) this.refused.set(one, name);
    return [turns, name];
  }

  tryBranches(name, node) {
    const tried = [];
    for (const branch of node.branches) {
      const [turns, outcome] = this.follow(branch.to, true);
      if (this.notify(outcome) !== "false") return [{ name, node, arrow: branch, read: new Map(), tried }, [turns, outcome]];
      tried.push({ arrow: branch.id, turns, outcome });
    }
    return [{ name, node, arrow: node.else, read: new Map(), tried }, null];
  }

  ask(name, node) {
    const read = new Map(), turn = { name, node, read, tried: [] };
    const value = (term) => evaluate(this.chart, term, this.facts, read);
    if (node.kind === "switch") {
      const found = value(node.subject), met = node.cases.find(([one]) => same(one, found));
      return { ...turn, arrow: met ? met[1] : node.else };
    }
    if (node.kind !== "call") {
      const row = node.rows.find(([condition]) => value(condition));
      return { ...turn, arrow: row ? row[1] : node.else };
    }
    const reads = new Map(Object.keys(node.arguments).map((one) => [one, new Map()]));
    const inner = new Walk(this.chart, node.chart, bind(this.chart, node, this.facts, (one) => reads.get(one)));
    const [turns, outcome] = inner.follow(inner.graph.start);
    for (const fact of factsRead(turns)) for (const [one, found] of reads.get(fact)) read.set(one, found);
    const [, arrow] = node.cases.find(([one]) => one === outcome);
    return { ...turn, arrow, inner: { walk: inner, turns, outcome } };
  }
}

function* factsRead(turns) {
  for (const turn of turns) {
    yield* turn.read.keys();
    for (const vain of turn.tried) yield* factsRead(vain.turns);
  }
}

/** Puts words to a way through a chart, for an end of the outermost one. */
class Teller {
  constructor(chart, end) {
    this.chart = chart;
    this.end = end;
  }

  passage({ walk, turns, outcome }, facts) {
    const own = walk.graph.outcomes[outcome], steps = this.steps(walk, turns, facts);
    let because = null;
    if (countsFor(own.notify, this.end)) {
      const words = steps.map((step) => step.because ?? step.inner?.because ?? null).filter((one) => one !== null);
      because = words.length ? words.at(-1) : this.fill(own.because, facts);
    }
    return { chart: walk.graph.name, outcome, because, steps };
  }

  steps(walk, turns, facts) {
    return turns.map(({ name, node, arrow, read, tried, inner }) => ({
      node: name,
      kind: node.kind,
      ask: node.ask,
      answer: inner ? inner.walk.graph.outcomes[inner.outcome].label : arrow.answer,
      arrow: arrow.id,
      to: arrow.to,
      facts: plainFacts(walk.graph, read),
      because: this.fill(arrow.because, facts),
      tried: tried.map((vain) => ({ arrow: vain.arrow, outcome: vain.outcome, steps: this.steps(walk, vain.turns, facts) })),
      inner: inner ? this.passage(inner, bind(this.chart, node, facts, () => new Map())) : null,
      file: node.file,
      line: node.line,
    }));
  }

  fill(because, facts) {
    const pieces = because?.[this.end];
    if (!pieces) return null;
    const filled = (piece) => write(piece[0], evaluate(this.chart, piece[1], facts, new Map()));
    return pieces.map((piece) => (typeof piece === "string" ? piece : filled(piece))).join("");
  }

  /** Find the recheck in force, be it that there is nothing to say, and the facts of the chart that says it. */
  recheck({ walk, turns, outcome }, facts) {
    const own = walk.graph.outcomes[outcome];
    if (own.recheck) return [own, facts];
    if (this.end === "true") return null;
    for (const { node, inner } of [...turns].reverse()) {
      if (!inner || !countsFor(inner.walk.notify(inner.outcome), this.end)) continue;
      const said = this.recheck(inner, bind(this.chart, node, facts, () => new Map()));
      if (said) return said;
    }
    return null;
  }
}

const plainFacts = (graph, values) =>
  Object.fromEntries([...values].map(([name, value]) => [name, toPlain(graph.facts[name].type, value)]));

function recheckAt(chart, said) {
  if (!said) return null;
  const [{ recheck, from_now: fromNow }, facts] = said, found = evaluate(chart, recheck, facts, new Map());
  if (found === null) return null;
  return writeInstant(fromNow ? held(facts("now") + found, 0, MAX_INSTANT) : found);
}

/** Name the arrow that settled it; where that leaves a called chart, the one that settled that, and so on. */
function reasonsOf(steps) {
  const last = steps.at(-1);
  return last ? [last.arrow, ...reasonsOf(last.inner?.steps ?? [])] : [];
}

/** Decide by facts that were read. */
export function decideRead(chart, facts) {
  const walk = new Walk(chart, 0, (name) => facts.get(name)), [turns, outcome] = walk.follow(walk.graph.start);
  const way = { walk, turns, outcome }, own = walk.graph.outcomes[outcome], told = new Set();
  const watched = (name) => {
    told.add(name);
    return facts.get(name);
  };
  const teller = new Teller(chart, own.notify), { because, steps } = teller.passage(way, watched);
  const data = Object.entries(own.data).map(([name, [type, term]]) =>
    [name, toPlain(type, evaluate(chart, term, watched, new Map()))]);
  const reasons = reasonsOf(steps);
  return {
    outcome,
    notify: NOTIFY[own.notify],
    reason: reasons[0],
    reasons,
    because,
    data: Object.fromEntries(data),
    recheck_at: recheckAt(chart, teller.recheck(way, watched)),
    facts: plainFacts(walk.graph, facts),
    told_from: [...facts.keys()].filter((name) => told.has(name)),
    steps,
  };
}

/** Decide by facts as JSON holds them. */
export const decideBy = (chart, given) => decideRead(chart, readFacts(chart, given));
