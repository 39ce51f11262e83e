"""ResNet Lab's library: residual networks as data, arithmetic, Keras models and training runs."""
