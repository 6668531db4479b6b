"use strict";

// Everything from the service is put into the page as text, never as markup.
const $ = id => document.getElementById(id);
const shownClicks = matchMedia("(max-width: 820px)").matches ? 5 : 12;
const state = { model: null, who: "user", user: null, items: [], history: [], list: [], at: null, all: false, map: null };

function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

const nameOf = item => item.title ?? item.id;
const genresOf = item => (item.genres ?? "").split("|").filter(Boolean).join(", ");
const count = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

async function ask(path, body) {
  const response = await fetch(path, body === undefined ? {} :
    { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `The service answered ${response.status}.`);
  return answer;
}

const get = (path, values = {}) => {
  const query = new URLSearchParams(values);
  if (state.model) query.set("model", state.model.name);
  return ask(`${path}?${query}`);
};
const post = (path, body) => ask(path, { model: state.model.name, ...body });

// Runs the latest of several calls and shows what went wrong; an answer that comes too late is dropped.
function latest(work, busy) {
  let turn = 0;
  return async (...values) => {
    const mine = ++turn;
    busy?.classList.add("busy");
    try {
      const show = await work(...values);
      if (mine === turn) { $("problem").hidden = true; show?.(); }
    } catch (problem) {
      if (mine === turn) { $("problem").textContent = problem.message; $("problem").hidden = false; }
    } finally {
      if (mine === turn) busy?.classList.remove("busy");
    }
  };
}

// An input with a list of what fits the text: search finds, choose takes one.
function combobox(input, search, describe, choose) {
  const list = $(input.getAttribute("aria-controls"));
  let found = [], at = -1, wait = 0;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant"); };
  const take = item => { close(); choose(item); };
  const mark = to => {
    at = to;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else { input.setAttribute("aria-activedescendant", list.children[at].id); list.children[at].scrollIntoView({ block: "nearest" }); }
  };
  const find = latest(async () => {
    const answer = await search(input.value);
    return () => {
      if (document.activeElement !== input) return;
      found = answer;
      list.replaceChildren(...found.map((item, i) => {
        const [text, detail] = describe(item);
        const option = element("li", { id: `${list.id}-${i}`, textContent: text });
        if (detail) option.append(element("small", { textContent: detail }));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.addEventListener("mousedown", event => { event.preventDefault(); take(item); });
        return option;
      }));
      if (found.length === 0) {
        const none = element("li", { textContent: "Nothing found" });
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        list.append(none);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      at = -1;
    };
  });
  input.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(find, 120); });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", find);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", event => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) find();
      else if (found.length) mark((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1) + found.length) % found.length);
    } else if (event.key === "Enter" && !list.hidden && found.length) {
      event.preventDefault();
      take(found[Math.max(at, 0)]);
    } else if (event.key === "Escape") close();
  });
}

function ranked(items, low) {
  const scores = items.map(item => Number(item.score)), high = Math.max(...scores), least = low ?? Math.min(...scores, 0);
  const digits = scores.every(Number.isInteger) ? 0 : 3;
  return items.map((item, i) => {
    const share = high > least ? Math.max(0, (scores[i] - least) / (high - least)) : 1;
    const bar = element("b");
    bar.style.width = `${Math.round(100 * share)}%`;
    const name = element("button", { type: "button", className: "name", textContent: nameOf(item), title: "Show similar items" });
    name.addEventListener("click", () => { select("similar"); similar(item); });
    const row = element("li", {}, element("span", { className: "rank", textContent: i + 1 }), name,
      element("span", { className: "score" }, scores[i].toFixed(digits), element("i", {}, bar)));
    row.dataset.id = item.id;
    if (genresOf(item)) row.append(element("small", { textContent: genresOf(item) }));
    const why = item.why?.filter(click => click.contribution > 0) ?? [];
    if (why.length) row.append(element("small", { className: "why", textContent: `Because of ${why.map(nameOf).join("; ")}` }));
    return row;
  });
}

const clicked = () => state.who === "user" ? state.history : state.items;

const recommend = latest(async () => {
  showClicked();
  const options = { top: Number($("top").value), includeSeen: $("seen").checked, why: true };
  if (state.who === "user" && state.user === null) return () => showList([], "Choose a user");
  const [answer, history] = state.who === "user"
    ? await Promise.all([post("recommend", { user: state.user, ...options }), get("history", { user: state.user })])
    : [await post("recommend", { items: state.items.map(item => item.id), ...options })];
  return () => {
    if (history) state.history = history.items;
    remember();
    showClicked();
    showList(answer.items, answer.fromPopularity ? "The most popular items: no click is known"
      : state.who === "user" ? `For user ${state.user}` : `For somebody who liked ${count(state.items.length, "item")}`);
  };
}, $("list"));

function showList(items, title) {
  state.list = items;
  $("list-title").textContent = title;
  $("list").replaceChildren(...ranked(items));
  drawMap();
}

function showClicked() {
  const items = clicked(), fresh = state.who === "new";
  const shown = state.all || fresh ? items : items.slice(0, shownClicks);
  $("clicked-title").textContent = items.length ? `Clicked: ${count(items.length, "item")}` : "Clicked";
  $("clicked").replaceChildren(...shown.map(item => {
    const chip = element("li", {}, nameOf(item));
    if (fresh) {
      const remove = element("button", { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `Remove ${nameOf(item)}`);
      remove.addEventListener("click", () => {
        state.items = state.items.filter(other => other.id !== item.id);
        $("title").focus();
        recommend();
      });
      chip.append(remove);
    }
    return chip;
  }));
  if (!items.length) $("clicked").append(element("li", { className: "none",
    textContent: fresh ? "Nothing yet. Add a title above." : "Nothing is known." }));
  $("more").hidden = fresh || items.length <= shownClicks;
  $("more").textContent = state.all ? "Show fewer" : `Show all ${items.length}`;
  $("more").setAttribute("aria-expanded", String(state.all));
}

const similar = latest(async item => {
  const answer = await post("similar", { item: item.id, top: Number($("top").value) });
  return () => {
    $("item").value = nameOf(item);
    $("similar-title").textContent = `Most like ${answer.title ?? answer.item}, by ${answer.by}`;
    $("similar").replaceChildren(...ranked(answer.items, 0));
  };
}, $("similar"));

// The map.

const edge = 16;
const size = { width: 800, height: 560 };
function mark(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

const loadMap = latest(async () => {
  if (!state.model.map || state.map) return () => drawMap();
  const answer = await get("map");
  return () => {
    state.map = answer.items;
    const share = answer.variance.map(part => `${Math.round(100 * part)} %`);
    $("map-help").textContent = `${answer.items.length < answer.total ? `The ${answer.items.length.toLocaleString("en")} most clicked of `
      + count(answer.total, "item") : count(answer.total, "item")} by the first two principal components of their vectors `
      + `(${share.join(" and ")} of the variance): near items are alike (${answer.by}). Enter shows the neighbours of an item.`;
    drawMap();
  };
}, $("map"));

// Items in the units of the screen, so that letters are as large as elsewhere.
function place() {
  size.width = Math.max(280, $("map").clientWidth);
  size.height = Math.round(size.width * (size.width < 500 ? 1 : .7));
  const range = key => { const all = state.map.map(item => item[key]); return [Math.min(...all), Math.max(...all)]; };
  const [[left, right], [low, high]] = [range("x"), range("y")];
  const scale = (value, from, to, length) => edge + (to > from ? (value - from) / (to - from) : .5) * (length - 2 * edge);
  for (const item of state.map) {
    item.px = scale(item.x, left, right, size.width);
    item.py = size.height - scale(item.y, low, high, size.height);
  }
}

function drawMap() {
  if (!state.map || $("panel-map").hidden) return;
  place();
  const clicks = new Set(clicked().map(item => item.id)), best = new Map(state.list.map((item, i) => [item.id, i]));
  const svg = mark("svg", { viewBox: `0 0 ${size.width} ${size.height}`, "aria-hidden": "true" });
  const layers = { other: [], clicked: [], best: [] };
  for (const point of state.map) layers[best.has(point.id) ? "best" : clicks.has(point.id) ? "clicked" : "other"].push(point);
  for (const p of layers.other) svg.append(mark("circle", { class: "other", cx: p.px, cy: p.py, r: 2.5 }));
  for (const p of layers.clicked) svg.append(mark("rect",
    { class: "clicked", x: p.px - 4, y: p.py - 4, width: 8, height: 8, transform: `rotate(45 ${p.px} ${p.py})` }));
  const taken = [];
  for (const p of layers.best.sort((a, b) => best.get(a.id) - best.get(b.id)))
    svg.append(mark("circle", { class: "best", cx: p.px, cy: p.py, r: 6 }));
  for (const p of layers.best.slice(0, size.width < 500 ? 4 : 10)) {
    const text = nameOf(p).length > 32 ? `${nameOf(p).slice(0, 30)}…` : nameOf(p), width = 6.6 * text.length;
    const x = p.px + 10 + width > size.width ? p.px - 10 - width : p.px + 10, y = p.py + 4;
    if (taken.some(box => Math.abs(box.y - y) < 14 && x < box.x + box.width && box.x < x + width)) continue;
    taken.push({ x, y, width });
    const label = mark("text", x < p.px ? { x: p.px - 10, y, "text-anchor": "end" } : { x, y });
    label.textContent = text;
    svg.append(label);
  }
  svg.append(mark("circle", { class: "at", r: 9, visibility: "hidden" }));
  $("map").replaceChildren(svg);
  if (state.at) pointAt(state.map.find(p => p.id === state.at.id));
}

function pointAt(point) {
  if (!point) return;
  state.at = point;
  const ring = $("map").querySelector(".at");
  for (const [key, value] of [["cx", point.px], ["cy", point.py], ["visibility", "visible"]]) ring.setAttribute(key, value);
  const rank = state.list.findIndex(item => item.id === point.id);
  $("map-at").textContent = nameOf(point) + (rank >= 0 ? `, recommended at rank ${rank + 1}`
    : clicked().some(item => item.id === point.id) ? ", clicked" : "");
}

function nearest(x, y) {
  return state.map?.reduce((a, b) => Math.hypot(a.px - x, a.py - y) <= Math.hypot(b.px - x, b.py - y) ? a : b);
}

function onMap(event) {
  const box = $("map").querySelector("svg")?.getBoundingClientRect();
  if (!box) return null;
  return nearest((event.clientX - box.left) * size.width / box.width, (event.clientY - box.top) * size.height / box.height);
}

addEventListener("resize", () => drawMap());
$("map").addEventListener("pointermove", event => pointAt(onMap(event)));
$("map").addEventListener("click", event => pointAt(onMap(event)));
$("map").addEventListener("dblclick", event => { const p = onMap(event); if (p) { select("similar"); similar(p); } });
$("map").addEventListener("keydown", event => {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Enter" && state.at) { select("similar", true); similar(state.at); }
  if (!step || !state.map) return;
  event.preventDefault();
  const from = state.at ?? nearest(size.width / 2, size.height / 2);
  // The nearest point that lies more along the arrow than beside it.
  let to = null, least = Infinity;
  for (const p of state.map) {
    const [dx, dy] = [p.px - from.px, p.py - from.py], along = dx * step[0] + dy * step[1];
    const beside = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
    if (along > 0.5 && beside <= along && along + 2 * beside < least) [to, least] = [p, along + 2 * beside];
  }
  pointAt(state.at ? to ?? from : from);
});

// Tabs: arrows move, as in every tab list.

const tabs = ["list", "similar", "map"];
function select(name, focus = false) {
  for (const other of tabs) {
    const on = other === name;
    $(`tab-${other}`).setAttribute("aria-selected", String(on));
    $(`tab-${other}`).tabIndex = on ? 0 : -1;
    $(`panel-${other}`).hidden = !on;
  }
  if (focus) $(`tab-${name}`).focus();
  if (name === "map") loadMap();
  if (name === "similar" && !$("similar").children.length && state.list.length) similar(state.list[0]);
}
for (const name of tabs) {
  $(`tab-${name}`).addEventListener("click", () => select(name));
  $(`tab-${name}`).addEventListener("keydown", event => {
    const open = tabs.filter(tab => !$(`tab-${tab}`).hidden), at = open.indexOf(name);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + open.length, Home: 0, End: open.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(open[to % open.length], true);
  });
}

// The address says what is shown, so that it can be sent to somebody.

function remember() {
  const values = new URLSearchParams();
  if (state.who === "user") values.set("user", state.user);
  else state.items.forEach(item => values.append("item", item.id));
  if (state.models.length > 1) values.set("model", state.model.name);
  history.replaceState(null, "", `#${values}`);
}

function setWho(who) {
  state.who = who;
  document.querySelector(`input[name=who][value=${who}]`).checked = true;
  $("who-user").hidden = who !== "user";
  $("who-new").hidden = who !== "new";
}

function setModel(model) {
  state.model = model;
  state.map = state.at = null;
  $("facts").textContent = `${model.name}: ${model.model}, ${count(model.items, "item")}, ${count(model.users, "user")}`;
  $("model").value = model.name;
  $("tab-map").hidden = !model.map;
  $("similar").replaceChildren();
  if (!model.map && !$("panel-map").hidden) select("list");
}

const start = latest(async () => {
  const health = await ask("health");
  const values = new URLSearchParams(location.hash.slice(1));
  state.models = health.models;
  $("version").textContent = health.version;
  $("model").replaceChildren(...health.models.map(model => element("option", { textContent: model.name })));
  $("model-choice").hidden = health.models.length < 2;
  setModel(health.models.find(model => model.name === values.get("model")) ?? health.models[0]);
  if (values.has("item")) {
    setWho("new");
    for (const id of values.getAll("item").slice(0, 50)) {
      const item = (await get("items", { q: id, limit: 1 })).items[0];
      if (item?.id === id) state.items.push(item);
    }
  } else if (values.has("user")) state.user = values.get("user");
  else if (state.model.users) state.user = (await get("users", { limit: 1 })).users[0];
  else setWho("new");
  $("user").value = state.user ?? "";
  return recommend;
});

combobox($("user"), async text => (await get("users", { q: text === state.user ? "" : text })).users, user => [user],
  user => { state.user = $("user").value = user; state.all = false; recommend(); });
const findItems = async text => (await get("items", { q: text })).items;
const describeItem = item => [nameOf(item), [genresOf(item), `${count(item.clicks, "click")}`].filter(Boolean).join(" · ")];
combobox($("title"), findItems, describeItem, item => {
  $("title").value = "";
  if (!state.items.some(other => other.id === item.id)) state.items.push(item);
  recommend();
});
combobox($("item"), findItems, describeItem, similar);
for (const radio of document.querySelectorAll("input[name=who]"))
  radio.addEventListener("change", () => { setWho(radio.value); recommend(); });
for (const id of ["top", "seen"]) $(id).addEventListener("change", recommend);
$("model").addEventListener("change", () => {
  setModel(state.models.find(model => model.name === $("model").value));
  if (!$("panel-map").hidden) loadMap();
  recommend();
});
$("more").addEventListener("click", () => { state.all = !state.all; showClicked(); });
start();
