"""Archives of files, as somebody could make them: a name may stand in one twice."""

import io
import zipfile
from collections.abc import Iterable, Mapping


def zipped(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these files, in this order, each packed by the method."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(name, content)
    return stream.getvalue()
