/* Shows what is found: below the field of the header, or on the page of results.

   Names answer first and at once; Pagefind, which reads the texts, adds to them. A list of links, so that a reader can
   open them in any way; arrows move through it, Esc closes it, and its length is announced. */
import { find, plainWords, prepare, telling } from "./names.js";

const BASE = new URL("../../", import.meta.url);
const FEW = 3; // pages with all words: beside fewer, pages with some of them are shown
const PAUSE = 200; // milliseconds without a key before the texts are searched
const BELOW_FIELD = { names: 6, all: 8 };
const ON_PAGE = { names: 10, all: 30 };

const names = fetch(new URL("search/names.json", BASE)).then((answer) => answer.json());
const prepared = names.then(prepare);
const byAddress = names.then((entries) => new Map(entries.map((entry) => [entry.address, entry])));
const styled = new Promise((done) => {
  const link = element("link", { rel: "stylesheet", href: new URL("ui.css", import.meta.url).href });
  link.addEventListener("load", done);
  link.addEventListener("error", done);
  document.head.append(link);
});

let engine;
const pagefind = () => {
  engine ||= import(new URL("pagefind/pagefind.js", BASE)).then(async (module) => {
    await module.options({ baseUrl: "/", excerptLength: 24 });
    return module;
  });
  return engine;
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const named = async (question, limit) =>
  find(await prepared, question, limit).map(({ entry, by }) => ({ entry, by: by === entry.title ? "" : by }));

/** What Pagefind finds, the best first: pages with all words, or where these are few, those with the most and rarest. */
const matches = async (words) => {
  const { search } = await pagefind();
  const { results } = await search(words.join(" "));
  if (results.length >= FEW || words.length < 2) return results;
  const total = new Map(results.map((result) => [result.id, { result, score: Infinity }]));
  for (const answer of await Promise.all(words.map((word) => search(word)))) {
    const best = Math.max(...answer.results.map(({ score }) => score));
    for (const result of answer.results) {
      const { score } = total.get(result.id) || { score: 0 };
      total.set(result.id, { result, score: score + result.score / best / Math.sqrt(answer.results.length) });
    }
  }
  return [...total.values()].sort((one, other) => other.score - one.score).map(({ result }) => result);
};

/** Pages by their texts, as far as they are not among those found by name. */
const inTexts = async (question, known, limit) => {
  const results = await matches(telling(plainWords(question)));
  const entries = await byAddress;
  const pages = await Promise.all(results.slice(0, limit + known.size).map((result) => result.data()));
  return pages
    .map((page) => ({ address: page.url.replace(/^\//, ""), page }))
    .filter(({ address }) => !known.has(address))
    .slice(0, limit)
    .map(({ address, page }) => ({
      entry: entries.get(address) || { address, kind: "", summary: "", ...page.meta },
      by: "",
      excerpt: page.excerpt,
      parts: page.sub_results,
    }));
};

/** Pagefind's excerpt, in which only words are marked. */
const excerptOf = (html) => {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  return element("p", { class: "kb-result__excerpt" }, "… ", ...parsed.childNodes, " …");
};

/** What a page says about it: the words around, and the sections in which they stand. */
const wherein = ({ entry, excerpt, parts }) => {
  const sections = parts.filter(({ anchor }) => anchor).slice(0, 3);
  if (!sections.length) return [excerptOf(excerpt)];
  const items = sections.map(({ title, anchor }) =>
    element("li", {}, element("a", { href: new URL(`${entry.address}#${anchor.id}`, BASE).href }, title)),
  );
  // A page begins with its title and summary, which the result shows anyway.
  return [excerptOf(sections[0].excerpt), element("ul", { class: "kb-result__parts", "aria-label": "Sections" }, ...items)];
};

const resultOf = (found, isPage) => {
  const { entry, by } = found;
  const title = element("span", { class: "kb-result__title" }, entry.title);
  const kind = element("span", { class: "kb-result__kind" }, entry.kind);
  const other = by ? [element("span", { class: "kb-result__by" }, `“${by}”`)] : [];
  const summary = element("span", { class: "kb-result__summary" }, entry.summary);
  const href = new URL(entry.address, BASE).href;
  const link = element("a", { class: "kb-result", href }, title, " ", kind, " ", ...other, summary);
  return element("li", {}, link, ...(isPage && found.parts ? wherein(found) : []));
};

const counted = (number, most, question) => {
  const results = number === 1 ? "1 result" : `${number} results`;
  return `${number === 0 ? "Nothing found" : number < most ? results : `The first ${results}`} for “${question}”.`;
};

/** Keeps `list` and `status` at what was asked last. `after` is called when everything stands there. */
const answering = (list, status, { names: most, all }, isPage, after = () => {}) => {
  let asked = "";
  return async (question) => {
    asked = question.trim();
    const mine = asked;
    const isOld = () => mine !== asked;
    if (!mine) {
      list.replaceChildren();
      status.textContent = "";
      return after("");
    }
    await styled;
    const first = await named(mine, most);
    if (isOld()) return undefined;
    list.replaceChildren(...first.map((one) => resultOf(one, isPage)));
    after(mine);
    await new Promise((done) => setTimeout(done, PAUSE));
    if (isOld()) return undefined;
    let note = "";
    let further = [];
    try {
      further = await inTexts(mine, new Set(first.map(({ entry }) => entry.address)), all - first.length);
    } catch {
      note = " This browser could not search the texts, so these are names alone.";
    }
    if (isOld()) return undefined;
    list.append(...further.map((one) => resultOf(one, isPage)));
    status.textContent = counted(list.children.length, all, mine) + note;
    list.dataset.answers = mine;
    return after(mine);
  };
};

const belowField = (form, field) => {
  const status = element("p", { class: "kb-results__status", role: "status" });
  const list = element("ol", { class: "kb-results", "aria-label": "Results" });
  const all = element("a", { class: "kb-results__all", href: form.action }, "All results");
  const panel = element("div", { class: "kb-results__panel" }, status, list, all);
  const show = (isShown) => panel.classList.toggle("kb-results__panel--open", isShown);
  const answer = answering(list, status, BELOW_FIELD, false, (question) => {
    all.href = `${form.action}?${new URLSearchParams({ q: question })}`;
    show(Boolean(question) && form.contains(document.activeElement));
  });
  // Until its style sheet is there, nothing of it is to be seen or reached.
  panel.hidden = true;
  styled.then(() => (panel.hidden = false));
  form.append(panel);

  field.addEventListener("input", () => answer(field.value));
  form.addEventListener("focusin", () => show(Boolean(field.value.trim()) && list.dataset.answers !== undefined));
  // A tap that moves the focus nowhere is no reason to close: it may be on a result.
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) show(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!form.contains(event.target)) show(false);
  });
  form.addEventListener("keydown", (event) => {
    const isOpen = panel.classList.contains("kb-results__panel--open");
    if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      field.focus();
      show(false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!isOpen && field.value.trim()) show(true);
      move(event, [field, ...panel.querySelectorAll("a")]);
    }
  });
  if (field.value) answer(field.value);
};

const move = (event, stops) => {
  const step = event.key === "ArrowDown" ? 1 : -1;
  const place = stops.indexOf(document.activeElement);
  if (place < 0) return;
  event.preventDefault();
  stops[(place + step + stops.length) % stops.length].focus();
};

const onPage = (form, field) => {
  const status = element("p", { class: "kb-results__status", role: "status" });
  const list = element("ol", { class: "kb-results kb-results--page", "aria-label": "Results" });
  form.after(status, list);
  const title = document.title;
  const answer = answering(list, status, ON_PAGE, true, (question) => {
    const address = new URL(location.href);
    address.search = question ? new URLSearchParams({ q: question }) : "";
    history.replaceState(history.state, "", address);
    document.title = question ? `${question} – ${title}` : title;
  });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked && !field.value) field.value = asked;
  field.addEventListener("input", () => answer(field.value));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(field.value);
  });
  form.parentElement.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event, [field, ...list.querySelectorAll("a.kb-result")]);
  });
  answer(field.value);
};

/** Makes a form of the page answer while somebody writes into it. */
export const attach = (form) => {
  const field = form.querySelector("input[type='search']");
  if (form.closest(".kb-search-page")) onPage(form, field);
  else belowField(form, field);
};
