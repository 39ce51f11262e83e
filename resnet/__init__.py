"""ResNet Lab's library: residual networks as data, arithmetic, Keras models and training runs."""

import os

# TensorFlow takes Intel's oneDNN by itself only where the processor has AVX-512; with AVX2 alone it trains a residual network 1.6 times
# as fast by it. TensorFlow reads this when it is loaded, so it stands where everything of ours begins; the environment has the last word.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
