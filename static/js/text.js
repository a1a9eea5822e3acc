/* How a network counts a text, by the rules that come with its limits. The server does the same in
   publishing/channels/text.py, and a test holds the two together. */

const encoder = new TextEncoder();
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
const BLANKS = "\\t\\n\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
const ENDS = new RegExp(`^[${BLANKS}]+|[${BLANKS}]+$`, "gu");

function cleaned(text) {
  return text.replace(/\r\n?/g, "\n").replace(ENDS, "");
}

function all(pattern) {
  return new RegExp(pattern, "gu");
}

function weighted(text, limits) {
  let used = 0;
  const rest = text.normalize("NFC").replace(all(limits.emoji_pattern), () => {
    used += 2;
    return "";
  });
  for (const letter of rest) {
    const point = letter.codePointAt(0);
    used += limits.light.some(([first, last]) => first <= point && point <= last) ? 1 : 2;
  }
  return used;
}

function escapeLinkedin(text, limits) {
  const escaped = (part) => part.replace(/[\\|{}@[\]()<>#*_~]/g, "\\$&");
  let whole = "";
  let position = 0;
  for (const match of text.matchAll(all(limits.hashtag_pattern))) {
    whole += `${escaped(text.slice(position, match.index))}{hashtag|\\#|${escaped(match[1])}}`;
    position = match.index + match[0].length;
  }
  return whole + escaped(text.slice(position));
}

const counters = {
  graphemes: (text) => (segmenter ? [...segmenter.segment(text)].length : [...text].length),
  codepoints: (text) => [...text].length,
  bytes: (text) => encoder.encode(text).length,
  utf16: (text) => text.length,
  weighted,
  emoji_bytes: (text, limits) =>
    [...text.replace(all(limits.emoji_pattern), (one) => "x".repeat(encoder.encode(one).length))].length,
  linkedin_escaped: (text, limits) => escapeLinkedin(text, limits).length,
};
const counterOfComments = { linkedin_escaped: "utf16" };

function found(pattern, text) {
  return pattern ? [...text.matchAll(all(pattern))] : [];
}

export function cleanHashtags(hashtags) {
  const kept = new Map();
  for (const tag of hashtags) {
    const word = tag.replace(/[^\p{L}\p{M}\p{N}_]+/gu, "");
    if (word && !/^\p{N}+$/u.test(word) && !kept.has(word.toLowerCase())) kept.set(word.toLowerCase(), word);
  }
  return [...kept.values()];
}

/* Text, hashtags on one line, link, with blank lines between; nothing twice. */
export function compose(text, hashtags, link, limits) {
  const body = cleaned(text);
  const present = new Set(found(limits.hashtag_pattern, body).map((match) => match[1].toLowerCase()));
  const wanted = limits.hashtags_in_text === false ? [] : cleanHashtags(hashtags);
  const missing = wanted.filter((tag) => !present.has(tag.toLowerCase()));
  const parts = [body, missing.map((tag) => `#${tag}`).join(limits.hashtag_separator ?? " ")];
  const links = found(limits.link_pattern, body).map((match) => match[0]);
  const address = limits.link_in_text === false ? "" : (link ?? "").replace(ENDS, "");
  if (!links.includes(address)) parts.push(address);
  return parts.filter(Boolean).join(limits.separator ?? "\n\n");
}

function shownLink(url, limits) {
  const most = limits.link_length;
  if (limits.link_rule !== "shortened" || most == null || [...url].length <= most) return url;
  const bare = [...url.split("://").slice(1).join("://").replace(/^www\./, "").replace(/\/+$/, "")];
  const ellipsis = limits.ellipsis ?? "…";
  return bare.length <= most ? bare.join("") : bare.slice(0, most - ellipsis.length).join("") + ellipsis;
}

/* Links as long as they count, mentions without what is free. */
function countable(text, limits) {
  let counted = text;
  if (limits.link_rule === "fixed" && limits.link_length != null && limits.link_pattern) {
    counted = counted.replace(all(limits.counted_link_pattern ?? limits.link_pattern), "x".repeat(limits.link_length));
  }
  if (limits.mention_rule === "local") counted = counted.replace(all(limits.mention_pattern), "@$1");
  return counted;
}

function verdict(used, most, bytes, mostBytes) {
  const isOver = (most !== null && used > most) || (mostBytes !== null && bytes > mostBytes);
  return { used, most, bytes, mostBytes, isOver };
}

/* {used, most, bytes, mostBytes, isOver} of a composed text. */
export function measure(text, limits, hasMedia = false) {
  const count = counters[limits.counter] ?? counters.codepoints;
  const shown = limits.link_pattern
    ? text.replaceAll(all(limits.link_pattern), (url) => shownLink(url, limits))
    : text;
  const shorter = hasMedia ? limits.max_characters_with_media : null;
  const most = shorter ?? limits.max_characters ?? null;
  return verdict(count(countable(shown, limits), limits), most, counters.bytes(shown), limits.max_bytes ?? null);
}

/* The same of a first comment, which nothing is added to and no network escapes. */
export function measureComment(text, limits) {
  const body = cleaned(text);
  const count = counters[counterOfComments[limits.counter] ?? limits.counter] ?? counters.codepoints;
  return verdict(count(countable(body, limits), limits), limits.comment_max ?? null, counters.bytes(body), null);
}
