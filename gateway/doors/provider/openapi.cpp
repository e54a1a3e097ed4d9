// GET /provider/v1/openapi.json: the contract of the provider API, for whoever writes a client.
#include "gateway/doors/provider/endpoints.h"
#include "gateway/doors/visit.h"

namespace waymark::doors::provider {
namespace {

constexpr std::string_view kDocument = R"json({
  "openapi": "3.1.0",
  "info": {
    "title": "Waymark provider API",
    "version": "1",
    "description": "Referrals for social prescribing, for the organisations that are asked. You see the referrals that you were asked about and nothing else. {id} is the id of your assignment: data.assignment of the webhook."
  },
  "servers": [{"url": "/provider/v1"}],
  "security": [{"token": []}],
  "paths": {
    "/referrals": {
      "get": {
        "summary": "The referrals that you were asked about, oldest change first",
        "operationId": "listReferrals",
        "parameters": [
          {"name": "status", "in": "query", "description": "One or several, separated by commas", "schema": {"type": "string"}},
          {"name": "since", "in": "query", "description": "Changed at or after this time", "schema": {"type": "string", "format": "date-time"}},
          {"name": "cursor", "in": "query", "description": "The value of next in the page before", "schema": {"type": "string"}},
          {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}}
        ],
        "responses": {
          "200": {
            "description": "One page",
            "content": {"application/json": {"schema": {
              "type": "object",
              "required": ["referrals", "next"],
              "properties": {
                "referrals": {"type": "array", "items": {"$ref": "#/components/schemas/Referral"}},
                "next": {"type": ["string", "null"], "description": "The cursor of the next page; null at the end"}
              }
            }}}
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/referrals/{id}": {
      "parameters": [{"$ref": "#/components/parameters/id"}],
      "get": {
        "summary": "One referral as it is now",
        "operationId": "readReferral",
        "responses": {
          "200": {"description": "The referral", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Referral"}}}},
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    },
    "/referrals/{id}/status": {
      "parameters": [{"$ref": "#/components/parameters/id"}],
      "post": {
        "summary": "Report what became of it",
        "description": "From requested: accepted, rejected, or straight completed or failed. From accepted: in-progress, on-hold, completed, failed, cancelled. rejected, cancelled, on-hold and failed need a reason. The same report again changes nothing.",
        "operationId": "reportStatus",
        "parameters": [{"name": "Idempotency-Key", "in": "header", "description": "The same key with the same body gives the same answer; with another body 409.", "schema": {"type": "string", "maxLength": 255}}],
        "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/StatusReport"}}}},
        "responses": {
          "200": {
            "description": "Recorded; the practice will see it",
            "content": {"application/json": {"schema": {
              "type": "object",
              "required": ["id", "status", "version"],
              "properties": {
                "id": {"type": "string", "format": "uuid"},
                "status": {"$ref": "#/components/schemas/Status"},
                "version": {"type": "integer"}
              }
            }}}
          },
          "default": {"$ref": "#/components/responses/Problem"}
        }
      }
    }
  },
  "components": {
    "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    "parameters": {"id": {"name": "id", "in": "path", "required": true, "description": "Id of your assignment", "schema": {"type": "string", "format": "uuid"}}},
    "responses": {
      "Problem": {
        "description": "A refusal that says what to mend (RFC 9457)",
        "content": {"application/problem+json": {"schema": {
          "type": "object",
          "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object", "properties": {"detail": {"type": "string"}, "pointer": {"type": "string"}}}}
          }
        }}}
      }
    },
    "schemas": {
      "Status": {"type": "string", "enum": ["requested", "accepted", "rejected", "in-progress", "on-hold", "completed", "cancelled", "failed", "entered-in-error"]},
      "Referral": {
        "type": "object",
        "description": "The members beside these are those of the format that was agreed with you.",
        "required": ["id", "assignment", "status", "version"],
        "properties": {
          "id": {"type": "string", "format": "uuid", "description": "Of the referral, the same for everyone who is asked"},
          "assignment": {"type": "string", "format": "uuid", "description": "Of your assignment: {id} of this API"},
          "reference": {"type": "string", "description": "The practice's own identifier of the referral"},
          "status": {"$ref": "#/components/schemas/Status"},
          "version": {"type": "integer"}
        },
        "additionalProperties": true
      },
      "StatusReport": {
        "type": "object",
        "required": ["status"],
        "additionalProperties": false,
        "properties": {
          "status": {"type": "string", "enum": ["accepted", "rejected", "in-progress", "on-hold", "completed", "cancelled", "failed"]},
          "businessStatus": {"type": "string", "description": "A code of the business-status code system, such as first-contact"},
          "reason": {
            "type": "object",
            "required": ["code"],
            "additionalProperties": false,
            "properties": {
              "code": {"type": "string", "description": "A code of the status-reason code system, such as at-capacity"},
              "text": {"type": "string"}
            }
          },
          "note": {"type": "string"},
          "worker": {
            "type": "object",
            "additionalProperties": false,
            "properties": {"name": {"type": "string"}, "contact": {"type": "string"}}
          },
          "outcome": {
            "type": "object",
            "additionalProperties": false,
            "properties": {"summary": {"type": "string"}, "support": {"type": "array", "items": {"type": "string"}, "maxItems": 50}}
          },
          "at": {"type": "string", "format": "date-time", "description": "When it happened, if not now"}
        }
      }
    }
  }
}
)json";

boost::asio::awaitable<Result<net::Response>> openApi(Visit* /*visit*/) {
    net::Response response;
    response.fields.set("Content-Type", "application/json");
    response.fields.set("Cache-Control", "max-age=3600");
    response.body = kDocument;
    co_return response;
}

}  // namespace

void addOpenApi(Router& router) {
    router.add({.method = "GET",
                .path = std::string(kBase) + "/openapi.json",
                .open = true,
                .endpoint = openApi});
}

}  // namespace waymark::doors::provider
