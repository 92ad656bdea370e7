import type { ErrorCode, OpfindError } from "../errors.ts";

/** A failure as one line of JSON: what scripts read. */
export interface FailureFacts {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The failure's sentence, and below it what the person can do about it. */
export function presentFailure(error: OpfindError): string {
  return `${error.message}\n  → ${REMEDIES[error.code]}`;
}

export function failureFacts({ code, message }: OpfindError): FailureFacts {
  return { code, message };
}

/** What a person can do. Exhaustive: a new error code does not compile without its remedy. */
const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  usage: "`opfind help <verb>` shows how the verb is called.",
  "config-invalid": "Correct the value in the environment or in .env; .env.example shows every variable.",
  aborted: "Run the same command again: it goes on where it stopped.",
  "disk-full": "Free some space, or move the data with OPFIND_DATA_DIR; nothing that was stored is lost.",
  "part-broken": "`opfind doctor` looks at every part and says what to do.",
  "file-missing": "Check the path; relative paths start from the current folder.",
  "file-unreadable": "Check the permissions of the file and of its folder.",
  "image-empty": "The file holds nothing; save or download the picture again.",
  "image-too-many-bytes": "Save the picture smaller: 10 MB is the limit.",
  "image-too-many-pixels": "Scale the picture down: 50 megapixels is the limit.",
  "image-truncated": "The picture ends too early; download or copy it again.",
  "image-corrupt": "The picture is damaged; open it in an image program and save it again.",
  "image-too-slow": "The picture takes too long to decode; save it as a plain JPEG or PNG.",
  "image-is-svg": "Export the drawing as PNG or JPEG first.",
  "image-is-pdf": "Export the page as PNG or JPEG first.",
  "image-is-heic": "Export the photo as JPEG first; HEIC is not supported.",
  "image-is-text": "This is a text file with an image's name, often an error page that was saved; download it again.",
  "image-unsupported": "Use JPEG, PNG, WebP, AVIF, GIF or TIFF.",
  "model-unknown": "`opfind models list` shows the models; OPFIND_MODEL chooses one.",
  "model-missing": "`opfind models pull` fetches the model.",
  "model-checksum": "`opfind models pull` fetches a model again; one that ships comes back with a fresh install.",
  "model-download": "Try again later; the download resumes where it stopped.",
  "model-offline": "Unset OPFIND_OFFLINE, or use the model that ships with opfind.",
  "model-incompatible":
    "`opfind models verify` shows what does not fit; OPFIND_MODEL=opfind-v1 is the model that ships.",
  "embedder-failed": "Try OPFIND_DEVICE=cpu; `opfind doctor` shows which devices work.",
  "index-empty": "Fill the gallery: `opfind posters import DIR`, or OPFIND_STARTER=on for the starter pack.",
  "index-broken": "`opfind index build` builds it again from the stored posters; no poster is lost.",
  "index-down": "Start Qdrant or correct QDRANT_URL; `opfind doctor` asks it. Nothing that was stored is lost.",
  "index-busy": "Qdrant has too much to do; try again in a moment.",
  "index-refused": "Correct QDRANT_API_KEY: it must be allowed to read and write the collection.",
  "index-other-shape":
    "Is QDRANT_URL a Qdrant of version 1.18 or later, and nothing else? `opfind doctor` tells its version.",
  "index-dimension": "The index belongs to another model: `opfind index build` builds it again.",
  "store-broken": "Restore embeddings/posters.sqlite from a backup, or move it away and import the posters again.",
  "store-busy": "Another opfind is writing; try again when it is done.",
  "backup-missing":
    "`opfind backup` makes one; `opfind backup verify DIR` shows which moments a folder can bring back.",
  "backup-broken": "`opfind backup verify` shows every damaged piece and which moments can still be brought back.",
  "restore-refused": "Restore into an empty folder, or use --force: what is there is set aside, never deleted.",
  "manifest-invalid": "Correct the manifest; README.md shows its format.",
  "title-unknown": "Try the romaji or English title, or the AniList id.",
  "title-ambiguous": "Use the AniList id of the one you mean.",
  "anime-unknown": "Check the id on anilist.co.",
  "source-down": "The service is down; try again later. `opfind doctor` shows which ones answer.",
  "source-throttled": "Too many requests for now; try again in a minute.",
  "source-refused": "The service refuses anonymous requests; ANILIST_TOKEN or MAL_CLIENT_ID may help.",
  "source-timeout": "The service did not answer in time; try again later.",
  "source-other-shape": "The service changed its answers; look for a newer opfind.",
  "source-offline": "Unset OPFIND_OFFLINE to ask the services.",
  "url-forbidden":
    "Nothing was sent there. OPFIND_COVER_HOSTS lists the hosts that covers may come from, OPFIND_IMAGE_HOSTS those of pictures sent as URL.",
  "cover-missing": "Take a picture of your own: `opfind posters import DIR`.",
  "list-missing": "Check the name on anilist.co; a private list has to be made public first.",
  "queue-full": "Try again in a moment.",
  "queue-late": "Try again when fewer pictures are asked for.",
  "reindex-running": "Wait until it is done, or cancel it.",
  internal: "This is a bug in opfind. OPFIND_LOG_LEVEL=debug shows more; please report it with the log.",
};
