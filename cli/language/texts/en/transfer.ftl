# Transfer
