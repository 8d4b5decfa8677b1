/* On the page for addresses that lead nowhere: the pages and terms whose names are nearest to what the address says. */
import { find, prepare } from "./search/names.js";

const MOST = 5;
const site = new URL("..", import.meta.url);

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/* The parts of the address as words, the last first: it says most. */
const parts = decoded(location.pathname.replace(site.pathname, ""))
  .replace(/(?:\/|^)index\.html?$|\.\w+$/, "")
  .split("/")
  .map((part) => part.replace(/[-_+.\s]+/g, " ").trim())
  .filter(Boolean)
  .reverse();

const linkTo = ({ entry: { address, title, kind } }) => {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: new URL(address, site).href, textContent: title });
  item.append(link, ` (${kind.toLowerCase()})`);
  return item;
};

const names = await (await fetch(new URL("search/names.json", site))).json();
const prepared = prepare(names);
const words = parts.find((part) => find(prepared, part, 1).length);
if (words) {
  const list = document.createElement("ul");
  list.append(...find(prepared, words, MOST).map(linkTo));
  const title = Object.assign(document.createElement("h2"), { textContent: "Did you mean one of these?" });
  document.querySelector(".kb-nearest").replaceChildren(title, list);
}
document.querySelector("#search-for").value = words ?? parts[0] ?? "";
