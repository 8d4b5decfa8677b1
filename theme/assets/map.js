/* The map of relations: what is pointed at stands out with its lines, and a form leaves out what is not asked for.
   Loaded on the page of the map alone; without it the drawing and the table are whole.

   The choice stands in the address, `?kind=technique&kind=approach&path=a-first-course`, so that it can be linked to. */
(() => {
  "use strict";

  const drawing = document.querySelector(".kb-map-drawing");
  const form = document.querySelector(".kb-map-filter");
  if (!drawing || !form) return;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // An entry of the drawing and a row of the table with the same address are the same page.
  const nodes = new Map();
  const ids = new Map();
  for (const group of all("[role=group]", drawing)) {
    for (const link of all("a", group)) {
      const id = link.id.slice("map-".length);
      nodes.set(id, { id, link, group, row: null, near: new Set(), lines: [] });
      ids.set(link.getAttribute("href"), id);
    }
  }
  const idOf = (link) => ids.get(link.getAttribute("href"));
  const edges = all(".kb-map-lines path", drawing).map((line) => {
    const [source, target] = line.dataset.ends.split(" ");
    for (const [one, other] of [[source, target], [target, source]]) {
      nodes.get(one).near.add(other);
      nodes.get(one).lines.push(line);
    }
    // M x y c a 0 b drop width drop: only the heights change when pages are left out.
    const [x, , a, , b, , width] = line.getAttribute("d").match(/-?\d+/g);
    const draw = (from, to) => line.setAttribute("d", `M${x} ${from}c${a} 0 ${b} ${to - from} ${width} ${to - from}`);
    return { kind: line.parentNode.dataset.relation, source, target, line, draw };
  });
  const bodies = all(".kb-map-table tbody");
  const items = [];
  for (const row of all(".kb-map-table tr:has(td)")) {
    const source = idOf(row.querySelector("th a"));
    nodes.get(source).row = row;
    for (const item of all("li", row)) items.push({ source, target: idOf(item.querySelector("a")), item });
  }
  const kinds = all("[role=group]", drawing);
  const boxes = all("[name=kind]", form);
  kinds.forEach((group, index) => all("a", group).forEach((link) => {
    nodes.get(link.id.slice("map-".length)).kind = boxes[index].value;
  }));

  /* What is pointed at. */
  let picked = null;
  const pick = (id) => {
    if (id === picked) return;
    picked = id;
    drawing.classList.toggle("kb-map-picked", Boolean(id));
    for (const node of nodes.values()) {
      node.link.classList.toggle("kb-here", node.id === id);
      node.link.classList.toggle("kb-near", Boolean(id) && node.near.has(id));
    }
    for (const { line } of edges) line.classList.remove("kb-on");
    if (id) nodes.get(id).lines.forEach((line) => line.classList.add("kb-on"));
  };
  const idAt = (target) => target.closest?.("a")?.id.slice("map-".length) || null;
  const fromAddress = () => {
    const id = location.hash.slice("#map-".length);
    return location.hash.startsWith("#map-") && nodes.has(id) ? id : null;
  };
  drawing.addEventListener("pointerover", (event) => pick(idAt(event.target) ?? fromAddress()));
  drawing.addEventListener("pointerleave", () => pick(idAt(document.activeElement) ?? fromAddress()));
  drawing.addEventListener("focusin", (event) => pick(idAt(event.target)));
  drawing.addEventListener("focusout", () => pick(fromAddress()));

  /* Who came from a page by "#map-its-id" is led to it, in the table where there is no room for the drawing. */
  const arrive = () => {
    const id = fromAddress();
    pick(id);
    if (!id) return;
    const isDrawn = drawing.getClientRects().length > 0;
    (isDrawn ? nodes.get(id).link : nodes.get(id).row).scrollIntoView({ block: "center" });
  };
  window.addEventListener("hashchange", arrive);

  /* What is left moves up, so that it stays one picture. */
  const [, , width] = drawing.getAttribute("viewBox").split(" ");
  const sizeOf = (part) => ({ top: +part.getAttribute("y"), height: +part.getAttribute("height") });
  for (const node of nodes.values()) Object.assign(node, sizeOf(node.link.querySelector("rect")));
  const first = (group) => nodes.get(group.querySelector("a").id.slice("map-".length)).top;
  const leftOf = (group) => +group.getAttribute("transform").match(/\d+/)[0];
  const HEADING = first(kinds[0]);
  const BETWEEN = 14;
  const arrange = () => {
    const ends = new Map();
    for (const group of kinds) {
      if (group.hasAttribute("hidden")) continue;
      const column = group.getAttribute("transform");
      let top = ends.has(column) ? ends.get(column) + BETWEEN : 0;
      const move = (part, from) => part.setAttribute("transform", `translate(0 ${top - from})`);
      move(group.querySelector(".kb-map-kind"), first(group) - HEADING);
      top += HEADING;
      for (const link of all("a:not([hidden])", group)) {
        const node = nodes.get(link.id.slice("map-".length));
        move(link, node.top);
        node.middle = top + Math.floor(node.height / 2);
        top += node.height;
      }
      ends.set(column, top);
    }
    for (const { source, target, line, draw } of edges) {
      if (!line.hasAttribute("hidden")) draw(nodes.get(source).middle, nodes.get(target).middle);
    }
    const start = kinds.find((group) => !group.hasAttribute("hidden")) ?? kinds[0];
    const left = leftOf(start) - leftOf(kinds[0]);
    drawing.setAttribute("viewBox", `${left} 0 ${width} ${Math.max(0, ...ends.values()) + 4}`);
  };

  /* The filter. */
  const status = form.querySelector("[role=status]");
  const count = (number, name) => `${number} ${name}${number === 1 ? "" : "s"}`;
  const apply = () => {
    const chosen = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const path = form.elements.path.value;
    const steps = new Set([path, ...edges.filter((e) => e.kind === "path" && e.source === path).map((e) => e.target)]);
    const isShown = (id) => (!chosen.size || chosen.has(nodes.get(id).kind)) && (!path || steps.has(id));
    const hide = (part, isHidden) => part.toggleAttribute("hidden", isHidden);
    let pages = 0;
    let relations = 0;
    for (const node of nodes.values()) {
      const shown = isShown(node.id);
      pages += shown;
      hide(node.link, !shown);
      hide(node.row, !shown);
    }
    for (const { source, target, line } of edges) {
      const shown = isShown(source) && isShown(target);
      relations += shown;
      hide(line, !shown);
    }
    for (const { source, target, item } of items) hide(item, !(isShown(source) && isShown(target)));
    for (const { item } of items) {
      const list = item.closest("div");
      hide(list, !list.querySelector("li:not([hidden])"));
    }
    for (const body of bodies) hide(body, !body.querySelector("tr:has(td):not([hidden])"));
    for (const group of kinds) hide(group, !group.querySelector("a:not([hidden])"));
    arrange();
    const isWhole = !chosen.size && !path;
    const total = isWhole ? "" : ` of ${nodes.size} and ${edges.length}`;
    status.textContent = `${count(pages, "page")} and ${count(relations, "relation")}${total} are shown.`;
  };
  const remember = () => {
    const asked = new URLSearchParams(new FormData(form));
    if (!form.elements.path.value) asked.delete("path");
    const query = asked.toString();
    history.replaceState(null, "", location.pathname + (query && `?${query}`) + location.hash);
  };
  form.addEventListener("change", () => {
    apply();
    remember();
  });
  form.addEventListener("reset", () => setTimeout(() => {
    apply();
    remember();
  }));
  form.addEventListener("submit", (event) => event.preventDefault());

  const asked = new URLSearchParams(location.search);
  boxes.forEach((box) => (box.checked = asked.getAll("kind").includes(box.value)));
  form.elements.path.value = asked.get("path") ?? "";
  if (form.elements.path.selectedIndex < 0) form.elements.path.value = "";
  form.hidden = false;
  if (boxes.some((box) => box.checked) || form.elements.path.value) apply();
  document.addEventListener("DOMContentLoaded", arrive); // the table is laid out by then
})();
