/* Loads the search when a reader turns to it: with the first focus of a field, or with an address that asks something. */
const start = (form) => import("./ui.js").then(({ attach }) => attach(form));

for (const form of document.querySelectorAll("form[role='search']")) {
  const isAsked = form.closest(".kb-search-page") && new URLSearchParams(location.search).get("q");
  if (isAsked || form.contains(document.activeElement)) start(form);
  else form.addEventListener("focusin", () => start(form), { once: true });
}
