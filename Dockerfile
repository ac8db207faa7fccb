# syntax=docker/dockerfile:1
# Telltale in one image: the web app, then the server with the web app inside, then a small runtime without either toolchain.

FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
COPY docs/integrations/ ../docs/integrations/
RUN npm run build

FROM rust:1.95-bookworm AS server
# `dist` is the release profile; `--build-arg PROFILE=fast` builds in half the time.
ARG PROFILE=dist
WORKDIR /src
COPY Cargo.toml Cargo.lock rust-toolchain.toml ./
COPY .cargo/ .cargo/
COPY crates/ crates/
COPY --from=web /src/web/dist web/dist
RUN cargo build --locked --profile "$PROFILE" --workspace --bins
RUN install -D "${CARGO_TARGET_DIR:-target}/$PROFILE/telltale" /out/telltale

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home telltale
COPY --from=server /out/telltale /usr/local/bin/telltale
USER telltale
VOLUME /data
EXPOSE 8001 4318 4317
ENV TELLTALE_DATA_DIR=/data TELLTALE_LISTEN=0.0.0.0:8001 TELLTALE_LOG_FORMAT=json
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["telltale", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["telltale"]
CMD ["serve"]
