/* What a browser keeps of this site: one cache, which is there only if somebody asked for it. Read by the worker and by the
   pages that show what is kept. */
self.kept = (() => {
  "use strict";

  const site = self.registration?.scope ?? new URL("../../", document.currentScript.src).href;
  const NAME = `kept ${new URL(site).pathname}`;
  const SINCE = "x-kept-since";

  // What somebody searched for is not kept, nor the place within a page.
  const keyOf = (url) => {
    const { origin, pathname } = new URL(url, site);
    return origin + pathname.replace(/\/index\.html$/, "/");
  };
  const cache = async () => ((await caches.has(NAME)) ? caches.open(NAME) : null);

  return {
    site,
    isOurs: (url) => url.startsWith(site),
    /** Milliseconds since 1970 at which a copy was fetched. */
    since: (copy) => Number(copy.headers.get(SINCE)),
    begin: () => caches.open(NAME),
    end: () => caches.delete(NAME),
    isOn: () => caches.has(NAME),
    find: async (url) => (await cache())?.match(keyOf(url)),
    remove: async (url) => (await cache())?.delete(keyOf(url)),
    /** Addresses within the site, with "" for the home page. */
    addresses: async () => ((await (await cache())?.keys()) ?? []).map(({ url }) => url.slice(site.length)),
    put: async (url, response) => {
      const headers = new Headers(response.headers);
      headers.set(SINCE, Date.now());
      // The copy is not compressed any more.
      headers.delete("content-encoding");
      headers.delete("content-length");
      const body = await response.blob();
      await (await cache())?.put(keyOf(url), new Response(body, { headers }));
    },
  };
})();
