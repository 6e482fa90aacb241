# upsteward as a container image, for linux/amd64 and linux/arm64:
#   docker build --tag upsteward .
#   docker buildx build --platform linux/amd64,linux/arm64 --tag upsteward .
# Takes BuildKit or buildah. Nothing is run on the target's processor, so that no emulator is needed.

FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
ARG TARGETARCH
RUN node scripts/package/program.ts /program "$TARGETARCH" && mkdir /empty

# Everything simulated, and the real agent: docker build --target demo
FROM build AS demo
ENV TMPDIR=/tmp
USER 1000:1000
CMD ["npm", "run", "--silent", "demo", "--", "--mails", "/tmp/demo-mails"]

FROM node:24-bookworm-slim
COPY --from=build /program /usr/lib/upsteward
COPY --chmod=755 scripts/package/container.sh /usr/local/bin/upsteward
COPY --from=build --chown=1000:1000 /empty /data
COPY --from=build --chown=1000:1000 /empty /config
ENV NODE_ENV=production \
  UPSTEWARD_CONFIG=/config/config.yaml \
  STATE_DIRECTORY=/data \
  CREDENTIALS_DIRECTORY=/run/secrets
# The user `node` of the base image.
USER 1000:1000
VOLUME /data
EXPOSE 8080/tcp 162/udp
HEALTHCHECK --interval=1m --timeout=15s --start-period=1m --retries=3 CMD ["upsteward", "health"]
ENTRYPOINT ["upsteward"]
CMD ["run"]
