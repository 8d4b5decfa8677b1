/* On the page that stands in place of one that is not kept: what is, by title; and the page itself as soon as it can come. */
(async () => {
  "use strict";

  // A browser says "online" before anything can be reached, and at times when nothing can.
  let isTrying = false;
  const comeBack = async () => {
    if (isTrying) return;
    isTrying = true;
    for (let wait = 1; wait <= 64; wait *= 2) {
      await new Promise((done) => setTimeout(done, wait * 1000));
      try {
        await fetch(location.href, { method: "HEAD", cache: "no-store" });
        return location.reload();
      } catch {
        // not yet
      }
    }
    isTrying = false;
  };
  // At its own address this page stands in place of none.
  if (!location.pathname.endsWith("/offline.html")) {
    addEventListener("online", comeBack);
    if (navigator.onLine) comeBack();
  }

  const list = document.querySelector(".kb-kept-pages");
  try {
    const addresses = new Set(await kept.addresses());
    const names = await (await kept.find("search/names.json")).json();
    const pages = names.filter(({ address }) => addresses.has(address));
    const items = pages
      .sort((one, other) => one.title.localeCompare(other.title, "en"))
      .map(({ address, title }) => {
        const item = document.createElement("li");
        item.append(Object.assign(document.createElement("a"), { href: kept.site + address, textContent: title }));
        return item;
      });
    list.replaceChildren(...items);
    list.parentElement.hidden = !items.length;
  } catch {
    // Nothing is kept, or this browser keeps nothing: the page says enough without the list.
  }
})();
