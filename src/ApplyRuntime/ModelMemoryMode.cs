namespace Delivery.ApplyRuntime;

/// <summary>How the bytes of models are held.</summary>
public enum ModelMemoryMode
{
    /// <summary>Large models are mapped and small ones copied: see <see cref="RuntimeOptions.MapFrom"/>.</summary>
    BySize,

    /// <summary>
    /// Every model is mapped: processes on one machine that follow one folder share its memory. On Windows a mapped file cannot be
    /// deleted, so old files go only after every reader has let go of them. A file that somebody cuts short ends the process.
    /// </summary>
    Map,

    /// <summary>Every model is copied into memory of the process, outside the garbage collector: nothing that happens to a file can touch it.</summary>
    Copy,
}

/// <summary>Whether models that are to be mapped are first copied to a local disk.</summary>
public enum LocalCopyMode
{
    /// <summary>When the folder lies on a network file system. It is looked at with every new generation.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never: the folder's own files are mapped, wherever they lie.</summary>
    Never,
}
