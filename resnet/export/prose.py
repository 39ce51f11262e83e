"""What an exported notebook says between its cells: why each part is there, and where it comes from."""

from __future__ import annotations

from resnet.config import Recipe, ResNetConfig
from resnet.export.network_code import traits
from resnet.export.training_code import download_name, reads_folder
from resnet.plan import Plan
from resnet.wording import Translate, stage_title


def opening(network: Plan, t: Translate) -> str:
    config = network.config
    needs = t(
        "This notebook builds and trains the network from its first to its last line. It needs the packages `tensorflow`, `keras` "
        "(3.15 or later) and `numpy`; the curves are drawn where there is `matplotlib`."
    )
    size = t(
        "{depth} layers deep, {parameters:,} trainable parameters, {macs:,} multiply-adds for one image.",
        depth=config.depth,
        parameters=network.trainable_parameters,
        macs=network.macs,
    )
    return f"# {config.name}\n\n{size}\n\n{needs}"


def settings(t: Translate) -> str:
    text = t("What makes this network the one it is, and how it will be trained. Change a number, run everything again, and compare.")
    return _section(t("Settings"), text)


def data_path(config: ResNetConfig, t: Translate) -> str:
    """What `DATA` has to name."""
    name = download_name(config)
    if name:
        text = t(
            "`DATA` says where the images are: `None` downloads {dataset} once. Without a network connection, let it name an .npz file "
            "that holds the arrays `x_train`, `y_train`, `x_test` and `y_test`.",
            dataset=name,
        )
    elif reads_folder(config):
        text = t("`DATA` is the path of a folder that holds {classes:,} folders, one for each class.", classes=config.num_classes)
    else:
        text = t("`DATA` is the path of an .npz file with the arrays `x_train`, `y_train`, `x_test` and `y_test`.")
    return text


def layers(config: ResNetConfig, t: Translate) -> str:
    text = t(
        "Three steps recur all over the network, so that what they have in common is said once. Batch normalisation scales each "
        "channel to mean 0 and variance 1, then lets the network choose another scale and offset; that is why convolutions go without "
        "a bias."
    )
    if config.initializer == "he_fan_out":
        start = t("First weights are normal with variance 2 / fan-out (He et al. 2015, arXiv 1502.01852), as in torchvision.")
    else:
        start = t("First weights are normal with variance 2 / fan-in (He et al. 2015, arXiv 1502.01852), cut off at two deviations.")
    return _section(t("Layers"), text, start)


def squeeze_excite(t: Translate) -> str:
    text = t(
        "Squeeze: average each channel over the whole image. Excite: two small dense layers make of these averages one number from 0 "
        "to 1 for each channel, by which the channel is scaled (Hu et al. 2018, arXiv 1709.01507)."
    )
    return _section(t("Squeeze-and-excitation"), text)


def zero_pad_shortcut(t: Translate) -> str:
    text = t(
        "Where a block's input does not fit its output, this shortcut appends channels of zeros, and takes every second pixel only where "
        "the resolution is halved: it has nothing to learn (He et al. 2015, arXiv 1512.03385, section 3.3, option A)."
    )
    return _section(t("Shortcut"), text)


def block(config: ResNetConfig, t: Translate) -> str:
    paragraphs = [_order(config, t), _shortcut(config, t)]
    if config.groups > 1:
        paragraphs.append(
            t(
                "The 3×3 convolution works in {groups} groups, each of which sees its own channels only (ResNeXt, Xie et al. 2017, "
                "arXiv 1611.05431).",
                groups=config.groups,
            )
        )
    elif config.width_per_group != 64:
        paragraphs.append(
            t(
                "The 3×3 convolution has {factor:g} times the usual channels (Wide ResNet, Zagoruyko and Komodakis 2016, "
                "arXiv 1605.07146).",
                factor=config.width_per_group / 64,
            )
        )
    if config.zero_init_residual:
        paragraphs.append(t("The scale of the branch's last batch norm starts at 0, so that each block starts as its shortcut."))
    return _section(t("The block"), *paragraphs)


def _order(config: ResNetConfig, t: Translate) -> str:
    if config.block == "basic" and config.preactivation:
        return t("Two 3×3 convolutions, each with its batch norm and activation before it (ResNet-V2, He et al. 2016, arXiv 1603.05027).")
    if config.preactivation:
        return t(
            "1×1 to few channels, 3×3 on these, 1×1 to four times as many, each with its batch norm and activation before it "
            "(ResNet-V2, He et al. 2016, arXiv 1603.05027)."
        )
    if config.block == "basic":
        return t("Two 3×3 convolutions, each with its batch norm (He et al. 2015, arXiv 1512.03385, figure 5, left).")
    return t(
        "1×1 to few channels, 3×3 on these, 1×1 to four times as many, each with its batch norm "
        "(He et al. 2015, arXiv 1512.03385, figure 5, right)."
    )


def _shortcut(config: ResNetConfig, t: Translate) -> str:
    if config.shortcut == "none":
        return t("This is the paper's plain network: what the branch computes is handed on, and there is no way around it.")
    added = t("The block's input is added to what the branch computed, so the branch has to learn only what should change.")
    fitted = t("An add needs equal shapes: where they differ, the input is made to fit first.")
    return f"{added} {fitted}" if traits(config)["fitted"] else added


def stem(config: ResNetConfig, t: Translate) -> str:
    text = t("The stem turns pixels into the first feature maps, which the blocks then refine.")
    if config.stem == "imagenet":
        kind = t(
            "For large images: a 7×7 convolution and a 3×3 max-pool, each of stride 2, so that little work is done at full resolution."
        )
    else:
        kind = t("For small images: one 3×3 convolution at full resolution, since there is no detail to waste.")
    return _section(t("The stem"), text, kind)


def head(config: ResNetConfig, t: Translate) -> str:
    text = t(
        "Each channel is averaged over the image, and one dense layer makes {classes:,} logits of the averages: any numbers, of which the "
        "largest names the class. Softmax would turn them into probabilities.",
        classes=config.num_classes,
    )
    first = t("The last block ends with its add, so one more batch norm and activation come first.")
    return _section(t("The head"), *([first, text] if config.preactivation else [text]))


def whole(network: Plan, t: Translate) -> str:
    """The table of stages, and what the cell below should print."""
    text = t(
        "The stages one after the other. A pixel of the last feature map has seen much of the image, and there are few of them, with many "
        "channels each."
    )
    header = "| {} | {} | {} | {} | {} |".format(
        t("stage"), t("output (height × width × channels)"), t("blocks"), t("parameters"), t("multiply-adds")
    )
    rows = [
        f"| {stage_title(stage.name, t)} | {' × '.join(map(str, stage.output_shape))} | {stage.blocks or ''} "
        f"| {stage.parameters:,} | {stage.macs:,} |"
        for stage in network.stages
    ]
    total = f"| {t('Total')} | | | {network.total_parameters:,} | {network.macs:,} |"
    counted = t(
        "Keras counts the running statistics of batch norm too, {fixed:,} numbers here, which are not trained.",
        fixed=network.total_parameters - network.trainable_parameters,
    )
    return _section(t("The network"), text, "\n".join([header, "|---|---|---:|---:|---:|", *rows, total]), counted)


def data(config: ResNetConfig, t: Translate) -> str:
    if reads_folder(config):
        split = t("80% of the images train, 10% validate, 10% are kept for the test at the end.")
    else:
        split = t("The last tenth of the training images, 5,000 at most, validate; the test images are looked at once, at the end.")
    return _section(t("Data"), split, data_path(config, t))


def training(recipe: Recipe, t: Translate) -> str:
    paragraphs = [
        t(
            "The loss is the cross-entropy of the logits. After each epoch the network is measured on the validation images, which it "
            "does not learn from."
        )
    ]
    if recipe.plateau_patience is not None:
        paragraphs.append(t("`HALVE_AFTER` epochs without a lower validation loss halve the learning rate."))
    if recipe.weight_decay:
        paragraphs.append(t("Each step also shrinks the kernels a little, by `WEIGHT_DECAY` times the rate."))
    if recipe.early_stopping_patience is not None:
        paragraphs.append(
            t("`STOP_AFTER` epochs without a lower validation loss end the training. The weights of the best epoch are restored.")
        )
    return _section(t("Training"), *paragraphs)


def schedule(t: Translate) -> str:
    text = t("The learning rate climbs over the first 30% of the steps and then falls along half a cosine (Smith 2018, arXiv 1803.09820).")
    return _section(t("Learning rate"), text)


def augmentation(t: Translate) -> str:
    text = t("Training images are changed anew each time they are seen, so that the network cannot learn them by heart.")
    return _section(t("Augmentation"), text)


def smoothing(t: Translate) -> str:
    text = t("A part of each target is spread over all classes, which keeps the network from growing too sure (Szegedy et al. 2016).")
    return _section(t("Label smoothing"), text)


def curves(t: Translate) -> str:
    text = t("Training solid, validation dashed. Where they part, the network begins to learn its training images by heart.")
    return _section(t("Curves"), text)


def test(config: ResNetConfig, t: Translate) -> str:
    text = t("Images the network has never met, and that no choice above was made by. Then it is saved.")
    own = t("The saved network has a layer that Keras does not have. It loads where the cell that defines the layer has been run.")
    return _section(t("Test"), *([text, own] if traits(config)["own_layer"] else [text]))


def _section(title: str, *paragraphs: str) -> str:
    return "\n\n".join([f"## {title}", *paragraphs])
