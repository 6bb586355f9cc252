# Peers
