# Stand-in for Redpanda: Apache Kafka and Apicurio Registry behind rpk's command line.
FROM fx-rates/base
COPY kafka /opt/kafka
COPY apicurio /opt/apicurio
COPY rpk /usr/bin/rpk
RUN useradd --uid 101 --user-group redpanda && chmod 755 /usr/bin/rpk \
  && mkdir -p /var/lib/redpanda/data /etc/redpanda \
  && echo 'developer_mode: true' >/etc/redpanda/redpanda.yaml \
  && chown -R redpanda:redpanda /var/lib/redpanda /etc/redpanda
VOLUME /var/lib/redpanda/data
USER redpanda
ENTRYPOINT ["/usr/bin/rpk"]
