using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Delivery.TrainingStore.Sqlite;

/// <summary>Commands with their values on one line.</summary>
internal static class SqliteCommands
{
    extension(SqliteConnection connection)
    {
        [SuppressMessage("Security", "CA2100", Justification = "Every text is a constant of this project; what comes from outside is a parameter.")]
        public SqliteCommand CommandFor(string text, params ReadOnlySpan<(string Name, object Value)> values)
        {
            var command = connection.CreateCommand();
            command.CommandText = text;
            foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
            return command;
        }

        /// <summary>Returns the number of rows changed.</summary>
        public int Run(string text, params ReadOnlySpan<(string Name, object Value)> values)
        {
            using var command = connection.CommandFor(text, values);
            return command.ExecuteNonQuery();
        }

        public object? Scalar(string text, params ReadOnlySpan<(string Name, object Value)> values)
        {
            using var command = connection.CommandFor(text, values);
            return command.ExecuteScalar();
        }
    }
}
