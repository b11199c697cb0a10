"""Models of the catalogue as their public implementations build them, with random weights.

Each entry of MODELS makes (network, inputs, loss): `inputs(batch, extent)` draws a batch and
`loss(network, batch)` runs forward up to a scalar. Networks of images and volumes end in the mean
of their results, as `hfm plan --loss mean` counts them; the others in their own loss.
"""

from dataclasses import dataclass
from typing import Any, Callable

import torch


@dataclass
class Case:
    """A network, how a batch of it is drawn, and its forward pass to a scalar."""

    network: torch.nn.Module
    inputs: Callable[[int, Any], dict]
    loss: Callable[[torch.nn.Module, dict], torch.Tensor]


def device() -> torch.device:
    return torch.get_default_device()


def mean(result) -> torch.Tensor:
    """The mean of a network's results in fp32."""
    if isinstance(result, (list, tuple)):
        return sum(mean(part) for part in result)
    return result.float().mean()


def tokens(vocabulary: int, batch: int, length: int) -> torch.Tensor:
    return torch.randint(4, vocabulary, (batch, length), device=device())


def own_loss(network, batch):
    """A language model's own loss; without labels its logits."""
    made = network(**batch)
    return made.loss if "labels" in batch or "pixel_values" in batch else made[0]


def labelled(vocabulary: int):
    def draw(batch, length):
        ids = tokens(vocabulary, batch, length)
        return {"input_ids": ids, "labels": ids.clone()}

    return draw


def transformer(kind: str, configuration: str, settings: dict) -> Case:
    """A language model of transformers with its own loss; `settings` over the defaults."""
    import transformers

    made = getattr(transformers, configuration)(**settings)
    network = getattr(transformers, kind)(made)
    return Case(network, labelled(settings["vocab_size"]), own_loss)


def bert(vocabulary, layers, hidden, heads, intermediate, positions, kind="BertForMaskedLM",
         configuration="BertConfig", **more):
    settings = dict(
        vocab_size=vocabulary, num_hidden_layers=layers, hidden_size=hidden,
        num_attention_heads=heads, intermediate_size=intermediate,
        max_position_embeddings=positions, pad_token_id=1, **more)
    return lambda: transformer(kind, configuration, settings)


def bert_with_sentences(vocabulary, layers, hidden, heads, configuration="BertConfig",
                        kind="BertForPreTraining"):
    """BERT's own pre-training: masked words and the next sentence."""

    def make():
        import transformers

        settings = getattr(transformers, configuration)(
            vocab_size=vocabulary, num_hidden_layers=layers, hidden_size=hidden,
            num_attention_heads=heads, intermediate_size=4 * hidden)
        network = getattr(transformers, kind)(settings)
        draw = labelled(vocabulary)

        def inputs(batch, length):
            return draw(batch, length) | {
                "next_sentence_label": torch.zeros(batch, dtype=torch.long, device=device())}

        return Case(network, inputs, own_loss)

    return make


def gpt2(vocabulary, layers, hidden, heads, positions):
    settings = dict(
        vocab_size=vocabulary, n_layer=layers, n_embd=hidden, n_head=heads, n_positions=positions,
        use_cache=False)
    return lambda: transformer("GPT2LMHeadModel", "GPT2Config", settings)


def decoder(word, vocabulary, layers, hidden, heads, groups, intermediate, **more):
    """A decoder of LLaMA's kind: `word` is the prefix of its classes."""
    settings = dict(
        vocab_size=vocabulary, num_hidden_layers=layers, hidden_size=hidden,
        num_attention_heads=heads, num_key_value_heads=groups, intermediate_size=intermediate,
        use_cache=False, **more)
    return lambda: transformer(f"{word}ForCausalLM", f"{word}Config", settings)


def adapted(make, rank, targets):
    """LoRA of peft on the matrices named."""

    def adapt():
        import peft

        case = make()
        settings = peft.LoraConfig(
            r=rank, lora_alpha=2 * rank, target_modules=targets, task_type="CAUSAL_LM")
        case.network = peft.get_peft_model(case.network, settings)
        return case

    return adapt


def sequence_to_sequence(kind, configuration, target, settings):
    def make():
        import transformers

        network = getattr(transformers, kind)(
            getattr(transformers, configuration)(use_cache=False, **settings))

        def inputs(batch, length):
            return {
                "input_ids": tokens(settings["vocab_size"], batch, length),
                "labels": tokens(settings["vocab_size"], batch, target)}

        return Case(network, inputs, own_loss)

    return make


def t5_encoder():
    import transformers

    settings = transformers.T5Config(
        vocab_size=128, d_model=1024, d_kv=128, d_ff=16384, num_layers=24, num_heads=32,
        feed_forward_proj="relu")
    network = transformers.T5EncoderModel(settings)
    return Case(
        network, lambda batch, length: {"input_ids": tokens(128, batch, length)},
        lambda network, batch: mean(network(**batch).last_hidden_state))


def images(make, channels=3):
    """A network of one tensor of `extent` pixels or voxels, an edge or all of them."""

    def built():
        def inputs(batch, extent):
            shape = [extent, extent] if isinstance(extent, int) else extent
            return {"x": torch.randn(batch, channels, *shape, device=device())}

        return Case(make(), inputs, lambda network, batch: mean(network(batch["x"])))

    return built


def timm_model(name, **settings):
    import timm

    return images(lambda: timm.create_model(name, **settings))


def torchvision_model(name, channels=3):
    def make():
        import torchvision

        module = torchvision.models.video if name.startswith("r3d") else torchvision.models
        return getattr(module, name)()

    return images(make, channels)


def monai_model(name, **settings):
    def make():
        import monai.networks.nets

        return getattr(monai.networks.nets, name)(**settings)

    return images(make, channels=settings.get("in_channels", 1))


def plain_unet(residual=False):
    """nnU-Net's network for volumes, with losses at several depths."""

    def make():
        from dynamic_network_architectures.architectures import unet

        common = dict(
            input_channels=1, n_stages=6, features_per_stage=[32, 64, 128, 256, 320, 320],
            conv_op=torch.nn.Conv3d, kernel_sizes=3, strides=[1, 2, 2, 2, 2, 2], num_classes=2,
            conv_bias=True, norm_op=torch.nn.InstanceNorm3d,
            norm_op_kwargs={"eps": 1e-5, "affine": True}, nonlin=torch.nn.LeakyReLU,
            nonlin_kwargs={"inplace": True}, deep_supervision=True, n_conv_per_stage_decoder=[
                1 if residual else 2] * 5)
        if residual:
            return unet.ResidualEncoderUNet(n_blocks_per_stage=[1, 3, 4, 6, 6, 6], **common)
        return unet.PlainConvUNet(n_conv_per_stage=[2] * 6, **common)

    return images(make, channels=1)


def smp_unet(encoder):
    def make():
        import segmentation_models_pytorch

        return segmentation_models_pytorch.Unet(encoder, encoder_weights=None, classes=2)

    return images(make)


def gigapath():
    from timm.layers import SwiGLUPacked

    return timm_model(
        "vit_giant_patch14_dinov2", img_size=224, patch_size=16, mlp_ratio=5.33334,
        mlp_layer=SwiGLUPacked, num_classes=0)()


def virchow():
    import timm
    from timm.layers import SwiGLUPacked

    return images(lambda: timm.create_model(
        "vit_huge_patch14_224", mlp_layer=SwiGLUPacked, mlp_ratio=5.3375, init_values=1e-5,
        act_layer=torch.nn.SiLU, num_classes=0))()


def sam_encoder(hidden, layers, heads, global_layers):
    def make():
        import transformers

        network = transformers.SamVisionModel(transformers.SamVisionConfig(
            hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
            global_attn_indexes=global_layers))
        case = images(lambda: network)()
        case.loss = lambda network, batch: mean(network(batch["x"]).last_hidden_state)
        return case

    return make


def masked_autoencoder(hidden, layers, heads):
    def make():
        import transformers

        network = transformers.ViTMAEForPreTraining(transformers.ViTMAEConfig(
            hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
            intermediate_size=4 * hidden))

        def inputs(batch, edge):
            return {"pixel_values": torch.randn(batch, 3, edge, edge, device=device())}

        return Case(network, inputs, own_loss)

    return make


def contrastive(name, context=77):
    """An open_clip model with the loss over the batch of one device."""

    def make():
        import open_clip

        network = open_clip.create_model(name, output_dict=True, device=device())
        loss = open_clip.ClipLoss()

        def inputs(batch, edge):
            return {
                "image": torch.randn(batch, 3, edge, edge, device=device()),
                "text": tokens(30_000, batch, context)}

        def forward(network, batch):
            made = network(**batch)
            return loss(made["image_features"], made["text_features"], made["logit_scale"])

        return Case(network, inputs, forward)

    return make


def two_towers():
    """BiomedCLIP: timm's ViT-B/16 and BERT of 256 tokens, joined at 512 elements."""
    import open_clip
    import timm
    import transformers

    class Towers(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.vision = timm.create_model("vit_base_patch16_224", num_classes=0)
            self.text = transformers.BertModel(
                transformers.BertConfig(vocab_size=30522), add_pooling_layer=False)
            self.image_projection = torch.nn.Linear(768, 512, bias=False)
            self.text_projection = torch.nn.Sequential(
                torch.nn.Linear(768, 640, bias=False), torch.nn.GELU(),
                torch.nn.Linear(640, 512, bias=False))
            self.scale = torch.nn.Parameter(torch.tensor(2.66))

        def forward(self, image, text):
            seen = self.image_projection(self.vision(image))
            read = self.text_projection(self.text(input_ids=text).last_hidden_state[:, 0])
            normal = torch.nn.functional.normalize
            return normal(seen, dim=-1), normal(read, dim=-1), self.scale.exp()

    loss = open_clip.ClipLoss()

    def inputs(batch, edge):
        return {
            "image": torch.randn(batch, 3, edge, edge, device=device()),
            "text": tokens(30_522, batch, 256)}

    return Case(Towers(), inputs, lambda network, batch: loss(*network(**batch)))


def denoiser(context, heads, linear):
    """Stable Diffusion's U-Net on latents of 64 × 64 with the squared error of its noise."""

    def make():
        import diffusers

        network = diffusers.UNet2DConditionModel(
            sample_size=64, in_channels=4, out_channels=4,
            block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=context,
            attention_head_dim=heads, use_linear_projection=linear)

        def inputs(batch, edge):
            return {
                "sample": torch.randn(batch, 4, edge, edge, device=device()),
                "timestep": torch.randint(0, 1000, (batch,), device=device()),
                "encoder_hidden_states": torch.randn(batch, 77, context, device=device())}

        def loss(network, batch):
            made = network(**batch).sample
            return torch.nn.functional.mse_loss(made.float(), batch["sample"].float())

        return Case(network, inputs, loss)

    return make


def llava_projector():
    """LLaVA-1.5 7B with its projector alone trained, images of 336 pixels and `extent` words."""
    import transformers

    settings = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(
            hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
            image_size=336, patch_size=14, projection_dim=768),
        text_config=transformers.LlamaConfig(
            vocab_size=32064, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32,
            num_attention_heads=32, max_position_embeddings=4096, use_cache=False),
        image_token_index=32000)
    network = transformers.LlavaForConditionalGeneration(settings)
    for name, parameter in network.named_parameters():
        parameter.requires_grad = "multi_modal_projector" in name

    def inputs(batch, words):
        text = tokens(32_000, batch, words)
        picture = torch.full((batch, 576), 32_000, device=device())
        ids = torch.cat([picture, text], dim=1)
        return {
            "input_ids": ids, "labels": ids.clone(),
            "pixel_values": torch.randn(batch, 3, 336, 336, device=device())}

    return Case(network, inputs, own_loss)


ESM = dict(
    kind="EsmForMaskedLM", configuration="EsmConfig", position_embedding_type="rotary",
    mask_token_id=2, token_dropout=False)
NUCLEOTIDES = dict(
    kind="EsmForMaskedLM", configuration="EsmConfig", position_embedding_type="absolute",
    mask_token_id=2, token_dropout=False, tie_word_embeddings=False)
LLAMA_7B = decoder("Llama", 32000, 32, 4096, 32, 32, 11008, max_position_embeddings=4096)
LLAMA_8B = decoder("Llama", 128256, 32, 4096, 32, 8, 14336, max_position_embeddings=8192)

MODELS = {
    "bert-base": bert_with_sentences(30522, 12, 768, 12),
    "bert-large": bert_with_sentences(30522, 24, 1024, 16),
    "biobert": bert_with_sentences(28996, 12, 768, 12),
    "gatortron-base-345m": bert_with_sentences(
        50176, 24, 1024, 16, "MegatronBertConfig", "MegatronBertForPreTraining"),
    "roberta-large": bert(
        50265, 24, 1024, 16, 4096, 514, "RobertaForMaskedLM", "RobertaConfig", type_vocab_size=1),
    "gpt2": gpt2(50257, 12, 768, 12, 1024),
    "gpt2-large": gpt2(50257, 36, 1280, 20, 1024),
    "biomedlm": gpt2(28896, 32, 2560, 20, 1024),
    "megatron-gpt-1.3b": gpt2(50304, 24, 2048, 16, 2048),
    "opt-1.3b": lambda: transformer("OPTForCausalLM", "OPTConfig", dict(
        vocab_size=50272, num_hidden_layers=24, hidden_size=2048, ffn_dim=8192,
        num_attention_heads=32, word_embed_proj_dim=2048, use_cache=False)),
    "llama3.2-1b": decoder(
        "Llama", 128256, 16, 2048, 32, 8, 8192, tie_word_embeddings=True,
        max_position_embeddings=8192),
    "qwen2-1.5b": decoder("Qwen2", 151936, 28, 1536, 12, 2, 8960, tie_word_embeddings=True),
    "qwen2-0.5b": decoder("Qwen2", 151936, 24, 896, 14, 2, 4864, tie_word_embeddings=True),
    "gemma-2b": decoder("Gemma", 256000, 18, 2048, 8, 1, 16384, head_dim=256),
    "open-llama-3b": decoder("Llama", 32000, 26, 3200, 32, 32, 8640),
    "llama2-7b": LLAMA_7B,
    "llama2-7b lora": adapted(LLAMA_7B, 8, ["q_proj", "v_proj"]),
    "llama3-8b lora": adapted(LLAMA_8B, 16, "all-linear"),
    "t5-large": sequence_to_sequence("T5ForConditionalGeneration", "T5Config", 128, dict(
        vocab_size=32128, d_model=1024, d_kv=64, d_ff=4096, num_layers=24, num_heads=16,
        decoder_start_token_id=0)),
    "biobart-v2-base": sequence_to_sequence(
        "BartForConditionalGeneration", "BartConfig", 512, dict(
            vocab_size=85401, d_model=768, encoder_layers=6, decoder_layers=6,
            encoder_attention_heads=12, decoder_attention_heads=12, encoder_ffn_dim=3072,
            decoder_ffn_dim=3072)),
    "esm2-35m": bert(33, 12, 480, 20, 1920, 1026, **ESM),
    "esm2-150m": bert(33, 30, 640, 20, 2560, 1026, **ESM),
    "esm2-650m": bert(33, 33, 1280, 20, 5120, 1026, **ESM),
    "esm2-3b": bert(33, 36, 2560, 40, 10240, 1026, **ESM),
    "nucleotide-transformer-500m": bert(4105, 24, 1280, 20, 5120, 1002, **NUCLEOTIDES),
    "geneformer": bert(25426, 6, 256, 4, 512, 2048, hidden_act="relu"),
    "dnabert-6": bert(4101, 12, 768, 12, 3072, 512),
    "protbert": bert(30, 30, 1024, 16, 4096, 40000),
    "splicebert": bert(10, 6, 512, 16, 2048, 1026),
    "codonbert": bert(130, 12, 768, 12, 3072, 1024),
    "protgpt2": gpt2(50257, 36, 1280, 20, 1024),
    "prott5-xl-encoder": t5_encoder,
    "vit-s-16": timm_model("vit_small_patch16_224"),
    "vit-b-16": timm_model("vit_base_patch16_224"),
    "vit-l-16": timm_model("vit_large_patch16_224"),
    "uni": timm_model("vit_large_patch16_224", init_values=1e-5, num_classes=0),
    "vit-h-14": timm_model("vit_huge_patch14_224", num_classes=1000),
    "virchow": virchow,
    "gigapath-tile": gigapath,
    "dinov2-vitb14": timm_model("vit_base_patch14_dinov2", num_classes=0),
    "swin_tiny_patch4_window7_224": timm_model("swin_tiny_patch4_window7_224"),
    "swin_base_patch4_window7_224": timm_model("swin_base_patch4_window7_224"),
    "convnext_tiny": timm_model("convnext_tiny"),
    "convnext_base": timm_model("convnext_base"),
    "resnet18": torchvision_model("resnet18"),
    "resnet50": torchvision_model("resnet50"),
    "resnet152": torchvision_model("resnet152"),
    "resnext50_32x4d": torchvision_model("resnext50_32x4d"),
    "densenet121": torchvision_model("densenet121"),
    "efficientnet_b0": torchvision_model("efficientnet_b0"),
    "efficientnet_b4": torchvision_model("efficientnet_b4"),
    "r3d18": torchvision_model("r3d_18"),
    "mae_vit_base_patch16_dec512d8b": masked_autoencoder(768, 12, 12),
    "mae_vit_large_patch16_dec512d8b": masked_autoencoder(1024, 24, 16),
    "sam-vit_b-image-encoder": sam_encoder(768, 12, 12, [2, 5, 8, 11]),
    "sam-vit_h-image-encoder": sam_encoder(1280, 32, 16, [7, 15, 23, 31]),
    "unet-resnet34-smp": smp_unet("resnet34"),
    "unet2d-basic": monai_model("BasicUNet", spatial_dims=2, in_channels=1, out_channels=2),
    "nnunet-3d-fullres": plain_unet(),
    "nnunet-resenc-l": plain_unet(residual=True),
    "swinunetr-48": monai_model(
        "SwinUNETR", in_channels=1, out_channels=14, feature_size=48),
    "unetr-16": monai_model(
        "UNETR", in_channels=1, out_channels=14, img_size=(96, 96, 96), feature_size=16),
    "segresnet": monai_model("SegResNet"),
    "densenet121-3d": monai_model(
        "DenseNet121", spatial_dims=3, in_channels=1, out_channels=2),
    "clip-vit-b-32": contrastive("ViT-B-32"),
    "clip-vit-b-16": contrastive("ViT-B-16"),
    "clip-vit-l-14": contrastive("ViT-L-14"),
    "clip-vit-h-14": contrastive("ViT-H-14"),
    "clip-rn50": contrastive("RN50"),
    "biomedclip": two_towers,
    "sd1-unet": denoiser(768, 8, False),
    "sd2-unet": denoiser(1024, (5, 10, 20, 20), True),
    "llava-1.5-7b-stage1": llava_projector,
}
