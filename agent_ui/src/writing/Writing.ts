/** What the composer shows besides where one answers by mail; one file, fetched when that is so first. */
import "../style/writing.css";
export { default as Below } from "./Below.svelte";
export { default as MailFields } from "./MailFields.svelte";
export { default as Scheduled } from "./Scheduled.svelte";
export { default as SendLater } from "./SendLater.svelte";
