"""Looking inside networks with Keras: each question of `resnet.inquiries` answered by a real model."""
