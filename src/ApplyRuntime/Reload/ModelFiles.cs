using Delivery.FastData;
using Delivery.FastData.Mapping;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Gets the bytes of live files into memory as the options say, and checks none of them. Loader thread only.</summary>
internal sealed class ModelFiles(FolderLayout layout, RuntimeOptions options) : IDisposable
{
    private LocalFiles? _local;
    private bool? _onNetwork; // null: not looked at since Prepare

    /// <summary>Before each generation: a network disk may have been mounted since the last one. Looked at when something is to be mapped.</summary>
    public void Prepare() => _onNetwork = null;

    /// <summary>The live file of a model.</summary>
    public string PathOf(ManifestEntry entry) => layout.ModelPath(entry);

    /// <summary>Maps or copies one file. The caller owns the memory, and knows nothing yet of what stands in it.</summary>
    /// <exception cref="FastDataException">The file has another length than its manifest says.</exception>
    /// <exception cref="IOException">It cannot be read, mapped or copied; <see cref="FileNotFoundException"/> when it is gone.</exception>
    public ModelMemory Read(ManifestEntry entry)
    {
        if (!Maps(entry)) return ModelMemory.TryCopy(layout, entry) ?? ModelMemory.Copy(PathOf(entry), entry.Length);
        _onNetwork ??= options.LocalCopies switch
        {
            LocalCopyMode.Always => true,
            LocalCopyMode.Never => false,
            _ => NetworkDisk.Holds(layout.Root),
        };
        return _onNetwork.Value ? Local().Map(PathOf(entry), entry.Length) : ModelMemory.Map(PathOf(entry), entry.Length);
    }

    /// <summary>Deletes local copies that are not mapped any more.</summary>
    public void Clean() => _local?.Clean();

    public void Dispose() => _local?.Dispose();

    private LocalFiles Local()
    {
        if (_local is { IsThere: false }) // temporary directories are swept
        {
            _local.Dispose();
            _local = null;
        }
        return _local ??= new LocalFiles(options.LocalCopyFolder);
    }

    private bool Maps(ManifestEntry entry) => options.Memory switch
    {
        ModelMemoryMode.Map => true,
        ModelMemoryMode.Copy => false,
        _ => entry.Length >= options.MapFrom,
    };
}
