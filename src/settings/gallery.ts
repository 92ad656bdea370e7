import { z } from "zod";
import { duration, flag, url, variable } from "./variable.ts";

/** Where posters are, how they are seen and searched, and what is said about it. */
export const GALLERY_SETTINGS = {
  OPFIND_DATA_DIR: variable(z.string().min(1).optional(), "a folder", "/var/lib/opfind"),
  OPFIND_BACKUP_DIR: variable(z.string().min(1).optional(), "a folder", "/mnt/backup/opfind"),
  OPFIND_BACKUP_EVERY: variable(duration.optional(), "a time like 30m, 24h or 7d, at most 14d", "24h"),
  OPFIND_BACKUP_KEEP_DAYS: variable(
    z.coerce.number().int().min(1).max(36_500).optional(),
    "a whole number from 1 to 36500",
    "30",
  ),
  OPFIND_STARTER: variable(z.enum(["auto", "on", "off"]).default("auto"), "auto, on or off", "auto"),
  OPFIND_MODEL: variable(
    z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .default("auto"),
    "auto or a model id of models/manifest.json",
    "opfind-v1",
  ),
  OPFIND_MODEL_BESIDE: variable(
    z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .default("off"),
    "off or a model id of models/manifest.json",
    "clip-vit-b32-fp32",
  ),
  OPFIND_DEVICE: variable(
    z
      .string()
      .regex(/^[a-z]+(,[a-z]+)*$/)
      .default("auto"),
    "auto, cpu, cuda, webgpu, … or a list in order of preference",
    "cuda,cpu",
  ),
  OPFIND_THREADS: variable(z.coerce.number().int().min(1).max(256).default(1), "a whole number from 1 to 256", "1"),
  OPFIND_INDEX: variable(
    z.enum(["auto", "faiss", "exact", "qdrant"]).default("auto"),
    "auto, faiss, exact or qdrant",
    "auto",
  ),
  OPFIND_OFFLINE: variable(flag.default(false), "0 or 1", "1"),
  OPFIND_MODELS_URL: variable(
    url.optional(),
    "an http(s) URL that replaces the model hub",
    "https://models.example.org",
  ),
  OPFIND_LOG_LEVEL: variable(
    z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("warn"),
    "fatal, error, warn, info, debug, trace or silent",
    "info",
  ),
} as const;
