/* Filters the glossary and the references while somebody types or chooses. Loaded on these two pages alone; without it
   everything is there. What is asked stands in the address, and how much is left is announced. */
(() => {
  "use strict";

  const form = document.querySelector("form.kb-filter");
  if (!form) return;
  const lists = [...document.querySelectorAll(".kb-long")];
  const rows = lists.flatMap((list) => [...list.children]);
  const fields = [...form.elements].filter((field) => field.name);
  const status = form.querySelector("[role='status']");
  const all = status.textContent;

  const plain = (text) =>
    ` ${text
      .normalize("NFKD")
      .replace(/\p{M}|['’]/gu, "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim()}`;
  /** Whether each word that is asked begins a word of the text. */
  const holds = (text, asked) => asked.split(" ").every((word) => text.includes(` ${word}`));
  const counted = (number) => `${number} of ${all}`;
  /** What is found out when it is first asked for: most readers look at a list and filter nothing. */
  const once = (find) => {
    let found;
    return () => (found ??= find());
  };

  const hideEmpty = () => lists.forEach((list) => (list.hidden = [...list.children].every((row) => row.hidden)));

  // the glossary

  const ofTerms = () => {
    const entriesRead = once(() =>
      rows
        .filter((row) => row.id)
        .map((row) => ({ row, name: plain(row.firstElementChild.textContent), text: plain(row.textContent) })),
    );
    const letters = [...document.querySelectorAll(".kb-letters a")].map((link) => ({ link, address: link.hash }));
    return ({ q }) => {
      const entries = entriesRead();
      const asked = plain(q).trim();
      const named = entries.filter(({ name }) => holds(name, asked));
      const found = named.length ? named : entries.filter(({ text }) => holds(text, asked));
      const shown = new Set(asked ? found.map(({ row }) => row) : rows);
      rows.forEach((row) => (row.hidden = !shown.has(row)));
      hideEmpty();
      lists.forEach((list) => (list.previousElementSibling.hidden = list.hidden));
      letters.forEach(({ link, address }) => {
        if (document.querySelector(address).hidden) link.removeAttribute("href");
        else link.setAttribute("href", address);
      });
      if (!asked) return all;
      if (named.length) return counted(named.length);
      return found.length ? `No term of that name; ${counted(found.length)} mention it` : `None of ${all}`;
    };
  };

  // the references

  /** The page that an address leads to, without the way there: "principles/transference". */
  const topicOf = (href) => href.replace(/^(\.\.?\/)+|#.*$/g, "").replace(/(\/|\.html)$/, "");

  /** The pages on which works are cited, with their titles. */
  const topicsIn = (part) => {
    const linked = new Map([...part.querySelectorAll(".kb-references div a")].map((link) => [link.getAttribute("href"), link]));
    const topics = [...linked].map(([href, link]) => [topicOf(href), link.textContent]);
    return new Map(topics.filter(([topic]) => topic));
  };

  const ofWorks = () => {
    const worksRead = once(() =>
      rows.map((row) => {
        const [, author, year] = row.firstElementChild.textContent.match(/^(.*?) \((\d{4}|n\.d\.)/s) || [];
        return { row, author: plain(author || ""), year: Number(year), topics: topicsIn(row) };
      }),
    );
    if (location.search) offer();
    else for (const turning of ["focusin", "pointerdown"]) form.addEventListener(turning, offer, { once: true });
    return ({ author, from, to, topic }) => {
      const works = worksRead();
      const asked = plain(author).trim();
      const isFound = (work) =>
        holds(work.author, asked) &&
        (!from || work.year >= from) &&
        (!to || work.year <= to) &&
        (!topic || [...work.topics.keys()].some((one) => one === topic || one.startsWith(`${topic}/`)));
      const found = works.filter(isFound).length;
      works.forEach((work) => (work.row.hidden = !isFound(work)));
      hideEmpty();
      return author || from || to || topic ? counted(found) : all;
    };
  };

  /** The pages on which works are cited, in their sections, as topics to choose from. */
  const offer = once(() => {
    const groups = new Map();
    const { compare } = new Intl.Collator("en");
    for (const [topic, title] of [...topicsIn(document)].sort((one, other) => compare(one[1], other[1]))) {
      const folder = topic.split("/")[0];
      const name = folder[0].toUpperCase() + folder.slice(1);
      if (!groups.has(folder)) {
        const group = Object.assign(document.createElement("optgroup"), { label: name });
        group.append(new Option(topic === folder ? name : `All of ${name}`, folder));
        groups.set(folder, group);
      }
      if (topic !== folder) groups.get(folder).append(new Option(title, topic));
    }
    form.elements.topic.append(...[...groups.keys()].sort().map((folder) => groups.get(folder)));
    return groups;
  });

  // both

  const choose = form.elements.q ? ofTerms() : ofWorks();
  const asked = () => Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));

  const answer = () => {
    status.textContent = choose(asked());
  };
  const keep = () => {
    const address = new URL(location.href);
    address.search = new URLSearchParams(Object.entries(asked()).filter(([, value]) => value));
    history.replaceState(history.state, "", address);
  };
  const clear = () => {
    fields.forEach((field) => (field.value = ""));
    answer();
    keep();
  };

  form.addEventListener("input", () => {
    answer();
    keep();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    clear();
  });
  // What a link or an address leads to is shown, whatever is filtered.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.hidden) return;
    clear();
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  const from = new URLSearchParams(location.search);
  fields.forEach((field) => (field.value = from.get(field.name) || field.value));
  if (fields.some((field) => field.value)) answer();
  reveal();
  form.classList.add("kb-filter-ready");
})();
