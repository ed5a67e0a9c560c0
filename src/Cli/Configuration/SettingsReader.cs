using Delivery.Models.Settings;

namespace Delivery.Cli.Configuration;

/// <summary>Puts the settings together: defaults, then the file, then the environment, then flags, each over the one before.</summary>
public sealed class SettingsReader
{
    /// <summary>The file that is read when none is named and it is there.</summary>
    public const string DefaultFile = "delivery.json";

    private const string VariablePrefix = "DELIVERY_";
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);
    private readonly string _folder;

    private SettingsReader(string folder) => _folder = folder;

    /// <param name="folder">The current folder, absolute: relative paths of the environment and of flags start here.</param>
    /// <param name="file">The file named by <c>--config</c>; null takes <see cref="DefaultFile"/> when it is there.</param>
    /// <param name="environment">All environment variables.</param>
    /// <param name="flags">Values given on the command line: key, value and the flag's name.</param>
    /// <exception cref="ConfigurationException">There are mistakes; all of them are told.</exception>
    public static DeliverySettings Read(string folder, string? file, IReadOnlyDictionary<string, string> environment, IEnumerable<(string Key, string Value, string Flag)> flags) =>
        new SettingsReader(folder).Read(file, environment, flags);

    private DeliverySettings Read(string? file, IReadOnlyDictionary<string, string> environment, IEnumerable<(string Key, string Value, string Flag)> flags)
    {
        var path = file ?? (File.Exists(Path.Combine(_folder, DefaultFile)) ? DefaultFile : null);
        var settings = Defaults(path);
        if (path is not null) settings = Apply(settings, FileValues(path));
        settings = Apply(settings, EnvironmentValues(environment));
        settings = Apply(settings, flags.Select(flag => new RawValue(flag.Key, RawKind.Text, flag.Value, flag.Flag, _folder)));
        settings = settings with { Updater = settings.Updater with { StoreName = Path.GetFileName(settings.Store) } };
        foreach (var problem in settings.Problems()) _problems.Add(Located(problem));
        return _problems.Count == 0 ? settings : throw new ConfigurationException(_problems);
    }

    /// <summary>Default paths stand beside the file, so that <c>--config work/delivery.json</c> works from anywhere.</summary>
    private DeliverySettings Defaults(string? path)
    {
        var full = path is null ? null : Path.GetFullPath(path, _folder);
        var start = full is null ? _folder : Path.GetDirectoryName(full)!;
        var plain = new DeliverySettings();
        return plain with
        {
            File = full,
            FastData = Path.Combine(start, plain.FastData),
            Store = Path.Combine(start, plain.Store),
            Updater = plain.Updater with
            {
                ModelListPath = Path.Combine(start, plain.Updater.ModelListPath),
                RecordsFolder = Path.Combine(start, plain.Updater.RecordsFolder),
            },
        };
    }

    private IReadOnlyList<RawValue> FileValues(string path)
    {
        try
        {
            return SettingsFile.Read(path, Path.GetFullPath(path, _folder), File.ReadAllBytes(Path.GetFullPath(path, _folder)), _problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problems.Add($"{path}: {Unreadable(path, e)}");
            return [];
        }
    }

    private string Unreadable(string path, Exception e) =>
        Directory.Exists(Path.GetFullPath(path, _folder)) ? "is a folder; a file was expected."
        : e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file."
        : $"cannot be read: {e.Message}";

    private List<RawValue> EnvironmentValues(IReadOnlyDictionary<string, string> environment)
    {
        var known = Setting.All.ToDictionary(setting => setting.Variable, StringComparer.OrdinalIgnoreCase);
        var values = new List<RawValue>();
        foreach (var (name, value) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase)) continue;
            if (known.TryGetValue(name, out var setting)) values.Add(new RawValue(setting.Key, RawKind.Text, value, name, _folder));
            else if (IsMeantForUs(name, known.Keys, out var nearest)) _problems.Add($"{name}: unknown setting{(nearest is null ? "; docs/cli.md lists all." : $"; did you mean '{nearest}'?")}");
        }
        return values;
    }

    // Scripts keep variables of their own with this prefix (DELIVERY_HOME): only what looks like one of our keys is a mistake.
    private static bool IsMeantForUs(string name, IEnumerable<string> known, out string? nearest)
    {
        nearest = NearestName.Of(name[VariablePrefix.Length..], known.Select(variable => variable[VariablePrefix.Length..])) is { } found ? VariablePrefix + found : null;
        return nearest is not null || name.Contains("__", StringComparison.Ordinal);
    }

    private DeliverySettings Apply(DeliverySettings settings, IEnumerable<RawValue> values)
    {
        foreach (var raw in values)
        {
            var setting = Setting.Find(raw.Key)!; // only known keys become values
            if (setting.Type.TryRead(raw) is { } value)
            {
                settings = setting.Apply(settings, value);
                _sources[raw.Key] = raw.Source;
            }
            else
            {
                _problems.Add($"{raw.Source}: {raw.Key} is {raw.Shown}; expected {setting.Type.Expected}.");
            }
        }
        return settings;
    }

    private string Located(string problem) => Setting.OfProblem(problem, _sources.Keys) is { } setting
        ? $"{_sources.GetValueOrDefault(setting.Key, "default")}: {setting.Key}{problem[setting.Member.Length..]}"
        : problem;
}
