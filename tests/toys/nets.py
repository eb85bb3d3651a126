"""What tests of networks share."""

from PIL import Image


def picture(width=40, height=30, colour=(255, 0, 51)):
    return Image.new("RGB", (width, height), colour)


SCENES = [f"/{chr(97 + i // 50)}/scene{i:03d}" for i in range(365)]
