/* The switch for reading offline, on its own page: keeps, counts and removes. Nothing is kept before it is pressed. */
(async () => {
  "use strict";

  const AT_ONCE = 6; // requests
  const place = document.querySelector(".kb-keeping");
  const make = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const status = make("p", { role: "status" });
  const progress = make("progress", { "aria-label": "Progress", hidden: "" });
  const visited = make("button", { type: "button", hidden: "" });
  const whole = make("button", { type: "button", hidden: "" });
  place.replaceChildren(status, progress, make("p", { class: "kb-keeping-buttons" }, visited, whole));

  if (!("serviceWorker" in navigator) || !("caches" in self)) {
    status.textContent = "This browser cannot keep pages, or the connection to this site is not a safe one.";
    return;
  }

  const fetched = async (address) => {
    const response = await fetch(kept.site + address, { cache: "no-store" });
    if (!response.ok) throw new Error(`${response.status} ${address}`);
    return response;
  };
  /* What there is to keep: {first: [address], files: {address: [digest, bytes]}}; made by the build. */
  const listed = async () => (await fetched("offline.json")).json();

  const digestOf = async (copy) => {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await copy.arrayBuffer()));
    return [...bytes.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  /* Fetches those of the addresses whose copies are missing or not the same as on the site. */
  const keep = async (addresses, files) => {
    const changed = [];
    for (const address of addresses) {
      const copy = await kept.find(address);
      if (!copy || (await digestOf(copy)) !== files[address][0]) changed.push(address);
    }
    progress.max = changed.length;
    progress.value = 0;
    progress.hidden = !changed.length;
    const waiting = changed.values();
    const fetchNext = async () => {
      for (const address of waiting) {
        await kept.put(address, await fetched(address));
        progress.value += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
    return changed.length;
  };

  const turnOn = async () => {
    const { first, files } = await listed();
    await kept.begin();
    await keep(first, files);
    await navigator.serviceWorker.register(`${kept.site}sw.js`, { updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    return "";
  };

  const turnOff = async () => {
    const registration = await navigator.serviceWorker.getRegistration(kept.site);
    await registration?.unregister();
    await kept.end();
    return "Everything was removed. ";
  };

  const keepWhole = async () => {
    await turnOn();
    const { files } = await listed();
    for (const address of await kept.addresses()) if (!(address in files)) await kept.remove(address);
    const count = await keep(Object.keys(files), files);
    return count === 0 ? "Nothing had changed. " : `${count} ${count === 1 ? "file was" : "files were"} fetched. `;
  };

  const isPage = (address) => address === "" || address.endsWith("/") || (address.endsWith(".html") && address !== "offline.html");
  const size = (bytes) => `${Math.max(1, Math.round(bytes / 1e6))} MB`;
  const bytesOf = (files, addresses) => addresses.reduce((sum, address) => sum + files[address][1], 0);

  const show = async (before = "") => {
    const isOn = await kept.isOn();
    visited.hidden = false;
    visited.textContent = isOn ? "Remove what is kept" : "Keep the pages I read";
    let files;
    try {
      ({ files } = await listed());
    } catch {
      whole.disabled = true;
      whole.hidden = false;
      whole.textContent = "Keep the whole site";
      const pages = (await kept.addresses()).filter(isPage).length;
      status.textContent = before + (isOn ? `You are offline. ${pages} pages are kept.` : "You are offline.");
      return;
    }
    const all = Object.keys(files);
    const have = (await kept.addresses()).filter((address) => address in files);
    const isWhole = have.length === all.length;
    const pages = have.filter(isPage).length;
    whole.disabled = whole.hidden = false;
    whole.textContent = isWhole ? "Fetch what has changed" : `Keep the whole site (${size(bytesOf(files, all))})`;
    status.textContent =
      before +
      (!isOn
        ? "Nothing is kept on this device."
        : isWhole
          ? `The whole site is kept: ${pages} pages, ${size(bytesOf(files, have))}.`
          : `Pages that you read are kept. So far: ${pages} of ${all.filter(isPage).length}.`);
  };

  const on = (button, act) =>
    button.addEventListener("click", async () => {
      if (place.getAttribute("aria-busy") === "true") return;
      place.setAttribute("aria-busy", "true");
      status.textContent = "One moment …";
      let said;
      try {
        said = await act();
      } catch {
        said = "The connection broke off. Press again to go on. ";
      }
      progress.hidden = true;
      place.removeAttribute("aria-busy");
      await show(said);
    });
  on(visited, async () => ((await kept.isOn()) ? turnOff() : turnOn()));
  on(whole, keepWhole);
  await show();
})();
