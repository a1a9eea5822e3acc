/* How a network counts a text, by the rules that come with its limits. The server does the same in
   publishing/channels/text.py, and a test holds the two together. */

const encoder = new TextEncoder();
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

const counters = {
  graphemes: (text) => (segmenter ? [...segmenter.segment(text)].length : [...text].length),
  codepoints: (text) => [...text].length,
  bytes: (text) => encoder.encode(text).length,
};

function found(pattern, text) {
  return pattern ? [...text.matchAll(new RegExp(pattern, "gu"))] : [];
}

export function cleanHashtags(hashtags) {
  const cleaned = new Map();
  for (const tag of hashtags) {
    const word = tag.replace(/[^\p{L}\p{M}\p{N}_]+/gu, "");
    if (word && !/^\p{N}+$/u.test(word) && !cleaned.has(word.toLowerCase())) cleaned.set(word.toLowerCase(), word);
  }
  return [...cleaned.values()];
}

/* Text, hashtags on one line, link, with blank lines between; nothing twice. */
export function compose(text, hashtags, link, limits) {
  const body = text.replace(/\r\n?/g, "\n").trim();
  const present = new Set(found(limits.hashtag_pattern, body).map((match) => match[1].toLowerCase()));
  const words = limits.hashtags_in_text === false ? [] : hashtags;
  const missing = cleanHashtags(words).filter((tag) => !present.has(tag.toLowerCase()));
  const parts = [body, missing.map((tag) => `#${tag}`).join(limits.hashtag_separator ?? " ")];
  const links = found(limits.link_pattern, body).map((match) => match[0]);
  if (link && !links.includes(link.trim())) parts.push(link.trim());
  return parts.filter(Boolean).join(limits.separator ?? "\n\n");
}

function shownLink(url, limits) {
  const most = limits.link_length;
  if (limits.link_rule !== "shortened" || most == null || [...url].length <= most) return url;
  const bare = [...url.split("://").slice(1).join("://").replace(/^www\./, "").replace(/\/+$/, "")];
  const ellipsis = limits.ellipsis ?? "…";
  return bare.length <= most ? bare.join("") : bare.slice(0, most - ellipsis.length).join("") + ellipsis;
}

/* {used, most, bytes, mostBytes, isOver} of a composed text. */
export function measure(text, limits) {
  const count = counters[limits.counter] ?? counters.codepoints;
  const links = [];
  const shown = limits.link_pattern
    ? text.replaceAll(new RegExp(limits.link_pattern, "gu"), (url) => {
      links.push(shownLink(url, limits));
      return links.at(-1);
    })
    : text;
  let used = count(shown);
  if (limits.link_rule === "fixed" && limits.link_length != null) {
    for (const link of links) used += limits.link_length - count(link);
  }
  const bytes = counters.bytes(shown);
  const most = limits.max_characters ?? null;
  const mostBytes = limits.max_bytes ?? null;
  const isOver = (most !== null && used > most) || (mostBytes !== null && bytes > mostBytes);
  return { used, most, bytes, mostBytes, isOver };
}
