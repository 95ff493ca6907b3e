/**
 * What the schedule editor's parts hand each other. Minutes count from midnight of a session's day
 * by the clock on the wall; a night until six goes on to 1800.
 *
 * @typedef {{ day: string | null, start: number | null, minutes: number, room: string }} Place
 *
 * @typedef {object} Session
 * @property {string} id
 * @property {string} title
 * @property {string} lang its BCP 47 tag where the title is in another language than the page
 * @property {string} kind
 * @property {string} says the kind in words
 * @property {string} track
 * @property {string} colour the track's colour, or empty
 * @property {string} people
 * @property {number[] | null} who numbers of the speakers, null where they are as they were
 * @property {string} room an id, or empty
 * @property {string[]} also further rooms that show it
 * @property {string | null} day
 * @property {number | null} start
 * @property {number} minutes
 * @property {number} revision
 * @property {"draft" | "confirmed" | "cancelled"} state
 * @property {boolean} held whether guests do not see it like this yet
 *
 * @typedef {{ at: number, by: number }} Shift at which minute the clock moves, and by how many
 *
 * @typedef {object} Day
 * @property {string} day
 * @property {string} name
 * @property {number} from the first minute drawn
 * @property {number} to
 * @property {number} opens from which minute the event lasts
 * @property {number} closes
 * @property {Shift | null} shift
 *
 * @typedef {{ id: string, name: string, lang: string, size: string }} Room
 *
 * @typedef {{ kind: string, says: string, clash: boolean, marked: boolean, sessions: string[] }} Conflict
 * `marked` is false for what is only counted, such as missing translations
 *
 * @typedef {{ room: string, day: string, start: number, minutes: number }} Busy when others have a room
 *
 * @typedef {object} Grid
 * @property {string} mark
 * @property {Day[]} days
 * @property {Room[]} rooms
 * @property {Session[]} sessions
 * @property {Busy[]} busy
 * @property {Conflict[]} conflicts
 * @property {Record<string, string>} kinds
 *
 * @typedef {Record<string, string>} Words
 */

export {};
