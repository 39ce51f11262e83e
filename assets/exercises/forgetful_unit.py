import keras


class ResidualUnit(keras.layers.Layer):
    def __init__(self, filters, strides=1, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.filters, self.strides = filters, strides
        self.activation = keras.activations.get(activation)
        self.conv1 = keras.layers.Conv2D(filters, 3, strides, padding="same", use_bias=False)
        self.bn1 = keras.layers.BatchNormalization()
        self.conv2 = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)
        self.bn2 = keras.layers.BatchNormalization()

    def call(self, x, training=None):
        y = self.activation(self.bn1(self.conv1(x), training=training))
        y = self.bn2(self.conv2(y), training=training)
        return self.activation(y + x)

    def get_config(self):
        own = {"filters": self.filters, "strides": self.strides}
        return {**super().get_config(), **own}
