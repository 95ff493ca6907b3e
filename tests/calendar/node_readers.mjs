// Reads calendars with node-ical, cal-parser and ts-ics: one JSON {reader, octets} a line in, one answer out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.argv[2]}/`));
const nodeIcal = require("node-ical");
const { parseString } = require("cal-parser");
const { convertIcsCalendar } = await import(pathToFileURL(require.resolve("ts-ics")).href);

/** @param {Date} date */
const moment = (date) => date.toISOString().replace(".000Z", "Z");

/** @param {any} value a text, or one with parameters */
const text = (value) => (value && typeof value === "object" ? value.val : value) ?? "";

/** @param {Record<string, any>} found */
function fromNode(found) {
  return Object.values(found)
    .filter((one) => one.type === "VEVENT")
    .map((one) => ({
      uid: one.uid,
      summary: text(one.summary),
      description: text(one.description),
      location: text(one.location),
      start: moment(one.start),
      end: moment(one.end),
      status: one.status ?? "",
      sequence: Number(one.sequence ?? 0),
    }));
}

/**
 * It reads what a clock shows and names the zone: "…Z[Asia/Hong_Kong]".
 * @param {any} time
 */
const wall = (time) => `${moment(new Date(time.value))}[${time.params?.tzid ?? "UTC"}]`;

/** @param {string} source */
function fromCalParser(source) {
  return parseString(source).events.map((one) => ({
    uid: one.uid.value,
    summary: one.summary.value,
    description: one.description?.value ?? "",
    location: one.location?.value ?? "",
    start: wall(one.dtstart),
    end: wall(one.dtend),
    status: one.status?.value ?? "",
    sequence: Number(one.sequence?.value ?? 0),
  }));
}

/** @param {string} source */
function fromTypescript(source) {
  const calendar = convertIcsCalendar(undefined, source);
  return (calendar.events ?? []).map((one) => ({
    uid: one.uid,
    summary: one.summary,
    description: one.description ?? "",
    location: one.location ?? "",
    start: moment(one.start.date),
    end: moment(one.end.date),
    status: one.status ?? "",
    sequence: one.sequence ?? 0,
  }));
}

const READERS = {
  "node-ical": (/** @type {string} */ source) => fromNode(nodeIcal.sync.parseICS(source)),
  "cal-parser": fromCalParser,
  "ts-ics": fromTypescript,
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { reader, octets } = JSON.parse(line);
    answer = { events: READERS[reader](Buffer.from(octets, "base64").toString("utf8")) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
