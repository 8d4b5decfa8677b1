/* Finds pages and terms by their names and by the questions that they answer.

   Names are compared as readers write them: without capitals, accents and hyphens, in British and US spelling, in the
   singular, joined or apart, with one or two slips. Nothing here knows of the page. */

// Words that say nothing about what somebody looks for.
const EMPTY = new Set(
  `a about all am an and any are as at be been being by can cannot cant could define definition did do does dont explain
  for from had has have how i if im in is it its ive just may me mean meaning means might mine must my need of on or our
  really should so some tell than that the their them then there these they this those to us very was we were what whats
  when where which who whom whose why will with would you your`.split(/\s+/),
);
const SPELLINGS = [
  [/ies$/, "y"],
  [/([^suix])s$/, "$1"],
  [/([a-z]{2})is(e|ed|er|ing|ation|ational)$/, "$1iz$2"],
  [/([a-z]{2})ys(e|ed|ing)$/, "$1yz$2"],
  [/([a-z]{2})our/, "$1or"],
  [/ens(e|ive|eless)$/, "enc$1"],
  [/([a-z]{2}[btv])re$/, "$1er"],
  [/ogue$/, "og"],
  [/mme$/, "m"],
  [/[ao]e/, "e"],
  [/ll/, "l"],
];
const ENDINGS = /(?:ing|ed|ly|e)$/;

// How near a result is to what was asked; a lower number is nearer.
const EXACT = 0;
const SPELT_OTHERWISE = 0.5;
const JOINED = 1;
const BEGINNING = 2;
const WORDS = 3;
const SIMILAR = 5; // to 6: the share of words in common
const SLIP = 6; // and the number of slips
const DESCRIBED = 9;
const ENOUGH_IN_COMMON = 0.4;
// A word that stands in no name tells little, for or against any of them.
const UNKNOWN = 0.4;

export const plainWords = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}|['’]/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** The words of a question that say what it is about; all of them where none does. */
export const telling = (words) => {
  const left = words.filter((word) => !EMPTY.has(word));
  return left.length ? left : words;
};

const fold = (word) =>
  word.length > 3 ? SPELLINGS.reduce((text, [pattern, other]) => text.replace(pattern, other), word) : word;

const stem = (word) => {
  const left = word.replace(ENDINGS, "");
  return left.length < 3 ? word : left.replace(/(.)\1$/, "$1");
};

const read = (text) => {
  const plain = plainWords(text);
  const words = plain.map(fold);
  const stems = [...new Set(telling(plain).map(fold).map(stem))];
  return { text, words, stems, plain: plain.join(" "), spaced: words.join(" "), joined: words.join("") };
};

/** How many slips a word of a length may have. */
const slipsIn = (length) => (length < 4 ? 0 : length < 8 ? 1 : 2);

/** Letters wrong, missing, added or exchanged (Damerau and Levenshtein, without a second change of the same letters);
    `most` + 1 where there are more than `most`. */
export const slips = (one, other, most) => {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let beforeLast = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const differs = one[row - 1] === other[column - 1] ? 0 : 1;
      let least = Math.min(last[column] + 1, current[column - 1] + 1, last[column - 1] + differs);
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        least = Math.min(least, beforeLast[column - 2] + 1);
      }
      current.push(least);
    }
    if (Math.min(...current) > most) return most + 1;
    beforeLast = last;
    last = current;
  }
  return last[other.length];
};

/** What can be found, made ready; `entries` as in names.json. */
export const prepare = (entries) => {
  const frequency = new Map();
  const ready = entries.map((entry) => {
    const names = [entry.title, ...entry.aliases].map(read);
    const questions = entry.questions.map(read);
    const about = new Set([...names, ...questions, read(entry.summary)].flatMap(({ stems }) => stems));
    for (const word of about) frequency.set(word, (frequency.get(word) || 0) + 1);
    return { entry, names, questions, about };
  });
  const weight = (word) => Math.log(1 + entries.length / (frequency.get(word) || 1));
  return { ready, weight, vocabulary: [...frequency.keys()] };
};

/** The words of the vocabulary that a word of the question may stand for, each with how surely. */
const meant = (word, vocabulary) => {
  const found = new Map();
  const allowed = word.length < 5 ? 0 : slipsIn(word.length);
  for (const known of vocabulary) {
    if (known === word) found.set(known, 1);
    else if (word.length > 3 && known.startsWith(word)) found.set(known, 0.8);
    else if (allowed && slips(word, known, allowed) <= allowed) found.set(known, 0.7);
  }
  return found;
};

/** How much of two lists of words is the same, 0 to 1; rare words count more. */
const inCommon = (asked, senses, name, weight) => {
  let shared = 0;
  let total = name.stems.reduce((sum, word) => sum + weight(word), 0);
  asked.stems.forEach((word, index) => {
    const sense = senses[index];
    const best = Math.max(0, ...name.stems.map((known) => sense.get(known) || 0));
    shared += 2 * best * weight(word);
    total += weight(word) * (sense.size ? 1 : UNKNOWN);
  });
  return total ? Math.min(1, shared / total) : 0;
};

const nearness = (asked, name) => {
  if (asked.plain === name.plain) return EXACT;
  if (asked.spaced === name.spaced) return SPELT_OTHERWISE;
  if (asked.joined === name.joined) return JOINED;
  const longer = name.joined.length / 1000;
  if (asked.joined.length > 1 && name.spaced.startsWith(asked.spaced)) return BEGINNING + longer;
  if (asked.joined.length > 2 && name.joined.startsWith(asked.joined)) return BEGINNING + 0.5 + longer;
  const isThere = (word) => name.words.some((known) => known.startsWith(word));
  return asked.joined.length > 1 && asked.words.every(isThere) ? WORDS + longer : Infinity;
};

const nearnessWithSlips = (asked, name) => {
  const allowed = Math.min(slipsIn(asked.joined.length), slipsIn(name.joined.length));
  const made = allowed ? slips(asked.joined, name.joined, allowed) : 1;
  return made <= allowed ? SLIP + made : Infinity;
};

/** The entries that a reader may mean, the likeliest first, each with the name or question by which it was found.

    Slips are looked for only where nothing was found without. */
export const find = (known, question, limit) => {
  const asked = read(question);
  if (!asked.joined) return [];
  const core = read(telling(plainWords(question)).join(" "));
  const byName = ({ names, questions }) => [
    ...names.map((name) => [nearness(asked, name), name.text]),
    ...(core.spaced === asked.spaced ? [] : names.map((name) => [SPELT_OTHERWISE + nearness(core, name), name.text])),
    ...questions.map((answered) => [asked.spaced === answered.spaced ? JOINED : Infinity, answered.text]),
  ];
  const sure = best(known.ready, byName);
  if (sure.length >= limit) return sure.slice(0, limit);

  const senses = asked.stems.map((word) => meant(word, known.vocabulary));
  const isAbout = ({ about }) => senses.every((sense) => [...sense.keys()].some((word) => about.has(word)));
  const byWords = (one) => [
    ...(sure.length ? [] : one.names.map((name) => [nearnessWithSlips(core, name), name.text])),
    ...[...one.names, ...one.questions].map((text) => {
      const share = inCommon(asked, senses, text, known.weight);
      return [share < ENOUGH_IN_COMMON ? Infinity : SIMILAR + 1 - share, text.text];
    }),
    [isAbout(one) ? DESCRIBED : Infinity, one.entry.title],
  ];
  const found = new Set(sure.map(({ entry }) => entry));
  const rest = known.ready.filter(({ entry }) => !found.has(entry));
  return [...sure, ...best(rest, byWords)].slice(0, limit);
};

const best = (ready, offers) =>
  ready
    .map((one) => {
      const [score, by] = offers(one).reduce((least, offer) => (offer[0] < least[0] ? offer : least));
      return { entry: one.entry, score, by };
    })
    .filter(({ score }) => score < Infinity)
    .sort((one, other) => one.score - other.score || one.entry.title.length - other.entry.title.length);
