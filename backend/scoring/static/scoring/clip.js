// What a spreadsheet puts on the clipboard, and how a pasted text fits an input.

import { valueOf } from "./rows.js";

/** The rows and cells of a pasted text; quoted cells may hold tabs and line ends. */
export function cellsOf(text) {
  const rows = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/y;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (!found) return text.split(/\r\n|\n|\r/).map((line) => line.split("\t"));
    rows.at(-1).push((found[1]?.replaceAll('""', '"') ?? found[2]).trim());
    if (found[3] !== "\t" && pattern.lastIndex < text.length) rows.push([]);
  }
  return rows;
}

/** The same of a table on the clipboard, for programs that put no plain text beside it. */
export function cellsOfTable(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const rows = [...page.querySelectorAll("tr")];
  return rows.map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()));
}

/** The lines of what is pasted: [] where it is one value only, which the browser pastes itself. */
export function linesOf(data) {
  const text = data.getData("text/plain").replace(/[\r\n]+$/, "");
  const lines = text ? cellsOf(text) : cellsOfTable(data.getData("text/html"));
  return lines.map((cells) => cells.map((cell) => cell.replace(/\u00a0/g, " ").normalize("NFC").trim()));
}

// Codes as criteria sets number their leaves; numbers with a decimal point may look like it.
const CODE = /^[1-9]\d*(\.[1-9]\d*)+$/;

function isGroup(code, codes) {
  return codes.some((one) => one.startsWith(`${code}.`));
}

/** The lines that speak for or against a first column of codes: no blank ones, no fields, nothing of the head. */
function tellingOf(filled, like, codes) {
  const begin = filled.indexOf(like[0]);
  return filled.filter(({ code }, at) => code && !isGroup(code, codes) && (at >= begin || /^\d/.test(code)));
}

/** Why codes in the first column say nothing for sure; empty where they do. */
function whyNot(named, like, telling, codes) {
  const places = named.map(({ code }) => codes.indexOf(code));
  const twice = named.find(({ code }, at) => places.indexOf(codes.indexOf(code)) < at);
  if (named.length * 2 <= telling.length) {
    const found = named.length ? `chỉ ${named.length} trên ${like.length} mã` : "không mã nào";
    return `Cột đầu giống mã tiêu chí nhưng ${found} có trong phiếu này.`;
  }
  if (twice) return `Mã ${twice.code} có ở hai dòng.`;
  if (places.some((place, at) => place < places[at - 1])) return "Các mã ở cột đầu không theo thứ tự của phiếu.";
  return "";
}

/**
 * Where most lines begin with the code of a leaf and go on: { named, strange, skipped }, the lines of leaves, those
 * with a code that the page does not know, and how many others (head, fields, no code). null where the first column
 * holds values: two numbers side by side are no codes. { refusal } where nobody can tell.
 */
export function byCode(lines, codes) {
  const filled = lines.filter((cells) => cells.some(Boolean))
    .map(([first, ...cells]) => ({ code: first.replace(/\.$/, ""), cells }));
  if (filled.length < 2 || !filled.some(({ cells }) => cells.some(Boolean))) return null;
  const named = filled.filter(({ code, cells }) => cells.length && codes.includes(code));
  const like = filled.filter((line) => named.includes(line) || (line.cells.length && CODE.test(line.code) && !isGroup(line.code, codes)));
  const telling = tellingOf(filled, like, codes);
  if (like.length * 2 <= telling.length) return null;
  const refusal = whyNot(named, like, telling, codes);
  if (refusal) return { refusal };
  return { named, strange: like.filter((line) => !named.includes(line)), skipped: filled.length - like.length };
}

function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").replace(/\s+/g, " ").trim().toLowerCase();
}

function number(text) {
  return /^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/** Put a pasted text into an input; answer whether it fits. */
export function take(input, text) {
  if (input.type === "checkbox") {
    const yes = ["x", "co", "1", "on"].includes(folded(text));
    input.checked = yes;
    return yes;
  }
  const value = input.matches("select") ? levelFor(input, text) : text.slice(0, input.maxLength > 0 ? input.maxLength : undefined);
  if (value !== null) input.value = value;
  return value !== null;
}

/** What an input shows; nothing where no level is chosen. */
export function textOf(input) {
  return input.value && input.matches("select") ? input.selectedOptions[0].text : valueOf(input);
}

/** The level that a pasted text names: by its words, or by its points ("Kịp thời (1,00)"). */
function levelFor(select, text) {
  const wanted = folded(text);
  const levels = [...select.options].filter((option) => option.value);
  const read = levels.map((option) => {
    const parts = option.text.match(/^(.*) \(([\d.,]+)\)$/);
    return { option, title: folded(parts?.[1] ?? option.text), points: number(parts?.[2] ?? "") };
  });
  const byWords = read.filter((level) => level.title === wanted || folded(level.option.text) === wanted);
  if (byWords.length === 1) return byWords[0].option.value;
  const byPoints = read.filter((level) => level.points === number(text));
  return byPoints.length === 1 ? byPoints[0].option.value : null;
}
