# The gateway alone. `npm run build` is not needed before: the first stage builds it.
FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY gateway/package.json gateway/
COPY scripts/reference/package.json scripts/reference/
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY tsconfig.json ./
COPY src/protocol src/protocol
COPY gateway gateway
RUN npx vite build gateway

# Only the packages that the gateway needs when it runs.
FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY gateway/package.json gateway/
COPY scripts/reference/package.json scripts/reference/
RUN npm ci --omit=dev --workspace gateway --no-audit --no-fund --ignore-scripts

FROM node:22-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8787 JMESSAGE_DATA=/data JMESSAGE_MEDIA=/media
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /build/gateway/package.json gateway/
COPY --from=build /build/gateway/dist gateway/dist
RUN mkdir /data /media && chown node:node /data /media
USER node
VOLUME ["/data", "/media"]
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "gateway/dist/main.js"]
