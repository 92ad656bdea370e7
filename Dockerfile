# syntax=docker/dockerfile:1.17
# One image for `opfind serve`, `opfind bot` and every other verb.
# FAISS is linked in statically: the running stage needs only its BLAS and OpenMP.

FROM node:24.11.1-bookworm-slim AS build
ENV DEBIAN_FRONTEND=noninteractive
# FAISS and its BLAS for the fast index, a compiler and Python for where SQLite has no prebuilt binary.
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ libfaiss-dev libopenblas-dev make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opfind
COPY package.json package-lock.json .npmrc ./
COPY scripts ./scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN node scripts/setup.mjs \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && node -e "new (require('better-sqlite3'))(':memory:').close(); require('faiss-node'); require('sharp')"

FROM node:24.11.1-bookworm-slim AS run
ENV DEBIAN_FRONTEND=noninteractive
# glibc keeps a heap for every thread: two suffice, and save 70 MB (docs/scaling.md).
ENV MALLOC_ARENA_MAX=2
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 libopenblas0-pthread tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opfind
COPY --from=build /opfind/package.json ./
COPY --from=build /opfind/node_modules ./node_modules
COPY --from=build /opfind/dist ./dist
COPY models ./models
COPY embeddings/starter ./embeddings/starter
COPY examples ./examples
# The only folders that are written to, besides /tmp: the rest may be mounted read-only. A volume takes their owner.
RUN install -d -o node -g node /data /backups
VOLUME /data
USER node
# glibc keeps memory for each of some twenty threads, most of it unused: two such stocks serve them as fast.
ENV MALLOC_ARENA_MAX=2
ENV NODE_ENV=production \
    OPFIND_DATA_DIR=/data \
    OPFIND_STARTER=on \
    OPFIND_HTTP_HOST=0.0.0.0 \
    OPFIND_HTTP_PORT=8080 \
    OPFIND_HEALTH_PORT=8081 \
    OPFIND_LOG_LEVEL=info
EXPOSE 8080 8081
# The service listens on one port, the bot on the other.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const of = (port) => fetch(`http://127.0.0.1:${port}/health`).then(({ ok }) => { if (!ok) throw new Error('ill'); }); Promise.any([of(process.env.OPFIND_HTTP_PORT), of(process.env.OPFIND_HEALTH_PORT)]).catch(() => process.exit(1))"]
# FAISS and the network run in children: tini passes signals on and takes leave of them.
ENTRYPOINT ["tini", "--", "node", "/opfind/dist/main.js"]
CMD ["serve"]
