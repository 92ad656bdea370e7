import { FaissProcess } from "../../src/index/faiss-process.ts";

/** Whether FAISS can be loaded here; where it cannot, its tests are skipped and the exact index is what is used. */
export async function hasFaiss(): Promise<boolean> {
  try {
    (await FaissProcess.start()).retire();
    return true;
  } catch {
    console.warn("FAISS cannot be loaded here: its tests are skipped");
    return false;
  }
}
