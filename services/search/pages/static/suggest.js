// Suggestions under the search box, a combobox with a list (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
"use strict";
const box = document.querySelector("form.search input[type=search]");
const list = document.createElement("ul");
const WAIT_MS = 120;
const TITLES = { entity: (one) => one.type, word: () => "", title: () => "article" };
let options = [];
let active = -1;
let timer = 0;
let asked = null;

function close() {
  clearTimeout(timer);
  asked?.abort();
  options = [];
  active = -1;
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function choose(one) {
  if (one.kind === "title") location.assign(`/articles/${encodeURIComponent(one.id)}`);
  else if (one.kind === "entity") location.assign(`/entities/${encodeURIComponent(one.id)}`);
  else {
    box.value = one.text;
    close();
    box.form.requestSubmit();
  }
}

function move(to) {
  active = to;
  [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === to)));
  if (to < 0) box.removeAttribute("aria-activedescendant");
  else {
    box.setAttribute("aria-activedescendant", list.children[to].id);
    list.children[to].scrollIntoView({ block: "nearest" });
  }
}

// The text of a highlight, with nothing of its markup but <mark>: a parsed document runs and loads nothing.
function marked(highlight) {
  const nodes = new DOMParser().parseFromString(highlight, "text/html").body.childNodes;
  return [...nodes].map((node) => {
    if (node.nodeName !== "MARK") return node.textContent;
    const mark = document.createElement("mark");
    mark.textContent = node.textContent;
    return mark;
  });
}

function show(found) {
  options = found;
  list.replaceChildren(
    ...found.map((one, i) => {
      const item = document.createElement("li");
      const text = document.createElement("span");
      const kind = document.createElement("small");
      item.id = `suggestion-${i}`;
      item.setAttribute("role", "option");
      text.dir = "auto";
      text.append(...marked(one.highlight));
      kind.textContent = TITLES[one.kind](one) + (one.count ? ` · ${one.count}` : "");
      item.append(text, " ", kind);
      item.addEventListener("mousedown", (event) => event.preventDefault());
      item.addEventListener("click", () => choose(one));
      return item;
    }),
  );
  list.hidden = !found.length;
  box.setAttribute("aria-expanded", String(found.length > 0));
  move(-1);
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const q = box.value.trim();
  if (!/[\p{L}\p{N}]/u.test(q) || q.length > 100) return close();
  try {
    const answer = await fetch(`/v1/suggest?size=4&q=${encodeURIComponent(q)}`, { signal: asked.signal });
    if (answer.ok) show((await answer.json()).suggestions);
    else close();
  } catch (error) {
    if (error.name !== "AbortError") close(); // the search itself says what is wrong
  }
}

function press(event) {
  if (event.isComposing) return;
  const last = options.length - 1;
  if (event.key === "ArrowDown" && last >= 0) move(active >= last ? -1 : active + 1);
  else if (event.key === "ArrowUp" && last >= 0) move(active < 0 ? last : active - 1);
  else if (event.key === "Enter" && active >= 0) choose(options[active]);
  else if (event.key === "Escape" && last >= 0) close();
  else return;
  event.preventDefault();
}

if (box) {
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id]]) box.setAttribute(name, value);
  box.setAttribute("aria-expanded", "false");
  box.after(list);
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  box.addEventListener("keydown", press);
  box.addEventListener("blur", close);
  box.form.addEventListener("submit", close);
}
